"""Counting: the only part that runs once per sample, so it does next to nothing."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime

from evalpkg.reporting.progress.snapshot import Snapshot, State

WINDOW_S = 30.0
"""The rate is taken over this long: short enough to follow a change, long enough not to jump."""


def utc_now() -> str:
    """The time as RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class PhaseCounter:
    """Counts of one phase. ``advance`` may be called from any thread.

    Args:
        done: samples that need no work because an earlier run left them; they count as done and
            not towards the rate.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        phase: str = "start",
        total: int = 0,
        done: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.phase = phase
        self.total = total
        self.done = done
        self.cache_hits = 0
        self.verdicts: Counter[str] = Counter()
        self._clock = clock
        self._lock = threading.Lock()
        self._marks: deque[tuple[float, int]] = deque([(clock(), done)])

    def advance(self, n: int, verdict: str | None, cached: bool) -> None:
        """Count ``n`` more samples."""
        with self._lock:
            self.done += n
            if verdict is not None:
                self.verdicts[verdict] += n
            if cached:
                self.cache_hits += n

    def rate(self) -> float | None:
        """Samples per second over the window, None while nothing is finished.

        Each call leaves a mark, so the window is as fine as the display's own tick.
        """
        now = self._clock()
        while len(self._marks) > 1 and now - self._marks[1][0] >= WINDOW_S:
            self._marks.popleft()
        then, before = self._marks[0]
        if now - self._marks[-1][0] >= WINDOW_S / 100:
            self._marks.append((now, self.done))
        if now <= then or self.done <= before:
            return None
        return (self.done - before) / (now - then)

    def snapshot(self, started_at: str, state: State, last_error: str) -> Snapshot:
        """The counts now."""
        with self._lock:
            rate = self.rate()
            left = max(0, self.total - self.done)
            return Snapshot(
                phase=self.phase,
                done=self.done,
                total=self.total,
                rate_per_s=None if rate is None else round(rate, 3),
                eta_s=None if rate is None else round(left / rate, 1),
                verdicts=dict(sorted(self.verdicts.items())),
                cache_hits=self.cache_hits,
                started_at=started_at,
                updated_at=utc_now(),
                host=socket.gethostname(),
                pid=os.getpid(),
                state=state,
                last_error=last_error,
            )
