"""Stand-in for a slow model: each replayed sample takes SLOW_REPLAY seconds, where that is set."""

import os
import time

if os.environ.get("SLOW_REPLAY"):
    from evalpkg.generation.replay import ReplayBackend

    replay = ReplayBackend.generate

    def generate(self, role, work):
        """Yield what replay yields, more slowly."""
        for sample in replay(self, role, work):
            time.sleep(float(os.environ["SLOW_REPLAY"]))
            yield sample

    ReplayBackend.generate = generate
