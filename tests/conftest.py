"""Settings for every test: shared machines are slow at times, and CI draws the same examples.

The profile ``quick`` draws a fifth of the examples; ``make check`` uses it.
"""

import os

from hypothesis import settings

settings.register_profile("machine", deadline=None, derandomize="CI" in os.environ)
settings.register_profile("quick", settings.get_profile("machine"), max_examples=20)
settings.load_profile("machine")
