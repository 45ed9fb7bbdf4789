"""Count samples and tokens. Only this part runs once per sample, so it does very little."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime

from evalpkg.reporting.progress.forecast import tokens_left
from evalpkg.reporting.progress.snapshot import Snapshot, State

WINDOW_S = 30.0
"""Time over which a rate is measured: short enough to follow a change, long enough not to jump."""


def utc_now() -> str:
    """Return the time now as RFC 3339, in UTC and whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class PhaseCounter:
    """Counts of one phase. ``advance`` may be called from any thread.

    Args:
        done: samples that an earlier run finished. They count as done, but not in the rate.
        clock: monotonic clock, in seconds.
        longest: most tokens that a sample can have, 0 if unknown.
    """

    def __init__(
        self,
        phase: str = "start",
        total: int = 0,
        done: int = 0,
        clock: Callable[[], float] = time.monotonic,
        longest: int = 0,
    ) -> None:
        self.phase = phase
        self.total = total
        self.done = done
        self.cache_hits = 0
        self.verdicts: Counter[str] = Counter()
        self._clock = clock
        self._lock = threading.Lock()
        self._before = done
        self._longest = longest
        self._made = 0
        self._finished = 0
        self._marks: deque[tuple[float, int, int]] = deque([(clock(), done, 0)])

    def tokens(self, made: int) -> None:
        """Count tokens, including those of unfinished samples."""
        with self._lock:
            self._made += made

    def judged(self, verdict: str, cached: bool) -> None:
        """Count a verdict on a sample that was counted as done before."""
        with self._lock:
            self.verdicts[verdict] += 1
            self.cache_hits += cached

    def advance(self, n: int, verdict: str | None, cached: bool, tokens: int = 0) -> None:
        """Count ``n`` more samples with ``tokens`` tokens in total."""
        with self._lock:
            self.done += n
            self._finished += tokens
            if verdict is not None:
                self.verdicts[verdict] += n
            if cached:
                self.cache_hits += n

    def rates(self) -> tuple[float | None, float | None]:
        """Return samples and tokens per second over the window, None while there are none.

        Each call leaves a mark, so the window is as fine as the display's own tick.
        """
        now = self._clock()
        while len(self._marks) > 1 and now - self._marks[1][0] >= WINDOW_S:
            self._marks.popleft()
        then, done, made = self._marks[0]
        if now - self._marks[-1][0] >= WINDOW_S / 100:
            self._marks.append((now, self.done, self._made))
        span = now - then
        samples, tokens = self.done - done, self._made - made
        return (
            samples / span if span > 0 and samples > 0 else None,
            tokens / span if span > 0 and tokens > 0 else None,
        )

    def _eta(self, samples: float | None, tokens: float | None) -> float | None:
        """Estimate the seconds left. Prefer tokens, if counted: samples finish in waves."""
        left = max(0, self.total - self.done)
        made = tokens_left(
            left, self.done - self._before, self._finished, self._made, self._longest
        )
        if tokens is not None and made is not None:
            return made / tokens
        return None if samples is None else left / samples

    def snapshot(self, started_at: str, state: State, last_error: str) -> Snapshot:
        """Return the counts as they are now."""
        with self._lock:
            rate, token_rate = self.rates()
            eta = self._eta(rate, token_rate)
            return Snapshot(
                phase=self.phase,
                done=self.done,
                total=self.total,
                rate_per_s=None if rate is None else round(rate, 3),
                eta_s=None if eta is None else round(eta, 1),
                tokens_per_s=None if token_rate is None else round(token_rate, 1),
                verdicts=dict(sorted(self.verdicts.items())),
                cache_hits=self.cache_hits,
                started_at=started_at,
                updated_at=utc_now(),
                host=socket.gethostname(),
                pid=os.getpid(),
                state=state,
                last_error=last_error,
            )
