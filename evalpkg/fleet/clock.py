"""Time as an object, so that tests can replace it and need not wait."""

from __future__ import annotations

import time


class Clock:
    """The machine's own time."""

    def now(self) -> float:
        """Return the seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        time.sleep(seconds)


class Pace:
    """A limit on the rate of calls, for ``wait_for_turn``.

    Args:
        interval: the least number of seconds between the starts of two calls.
    """

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.free_at = 0.0


def wait_for_turn(clock: Clock, *paces: Pace) -> None:
    """Wait until all of ``paces`` allow a call, and record that it starts now."""
    now = clock.now()
    turn = max(now, *(pace.free_at for pace in paces))
    if turn > now:
        clock.sleep(turn - now)
    for pace in paces:
        pace.free_at = turn + pace.interval
