"""Time, as an object: a test brings its own and never waits."""

from __future__ import annotations

import time


class Clock:
    """The machine's own time."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Pace:
    """Keeps calls at least ``interval`` seconds apart.

    Args:
        interval: seconds between the beginnings of two calls.
    """

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.free_at = 0.0


def wait_for_turn(clock: Clock, *paces: Pace) -> None:
    """Wait until a call may begin by all of ``paces``, and count it as begun."""
    now = clock.now()
    turn = max(now, *(pace.free_at for pace in paces))
    if turn > now:
        clock.sleep(turn - now)
    for pace in paces:
        pace.free_at = turn + pace.interval
