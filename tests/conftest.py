"""Settings for every test: shared machines are slow at times, and CI draws the same examples."""

import os

from hypothesis import settings

settings.register_profile("machine", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("machine")
