"""Settings for every test: no deadlines, as shared machines are slow; fixed examples in CI.

The profile ``quick`` draws a fifth of the examples; ``make check`` uses it.
"""

import os

from hypothesis import settings

settings.register_profile("machine", deadline=None, derandomize="CI" in os.environ)
settings.register_profile("quick", settings.get_profile("machine"), max_examples=20)
settings.load_profile("machine")
