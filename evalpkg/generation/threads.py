"""Uses as many CPU threads as other programs leave free.

PyTorch splits every operator over all cores and waits for the slowest part. Where other programs
use the cores too, a part may wait until the scheduler runs it again, and two threads are then many
times slower than one. The number of threads does not change the results.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_WINDOW_S = 0.5
_STARVED = 0.8
_AT_EASE = 0.95


class Threads:
    """Halves the threads while the main thread is kept from running, and tries more later.

    Args:
        most: the number of threads at the start, which is never exceeded.
    """

    def __init__(self, most: int) -> None:
        self.now = self._most = most
        self._wall = self._cpu = 0.0
        self._calm = 0
        self._patience = 4

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Compute with the best number of threads so far; restore the process's own afterwards."""
        torch.set_num_threads(self.now)
        try:
            yield
        finally:
            torch.set_num_threads(self._most)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Measure work in which the main thread computes all the time."""
        wall, cpu = time.perf_counter(), time.thread_time()
        yield
        self._wall += time.perf_counter() - wall
        self._cpu += time.thread_time() - cpu
        if self._wall >= _WINDOW_S:
            self.judge(self._cpu / self._wall)
            self._wall = self._cpu = 0.0

    def judge(self, share: float) -> None:
        """Adapt to ``share``, the part of a window in which the main thread was running."""
        self._calm = self._calm + 1 if share > _AT_EASE else 0
        if share < _STARVED and self.now > 1:
            self._patience *= 2
            self._set(self.now // 2)
        elif self._calm >= self._patience and self.now < self._most:
            self._set(min(self.now * 2, self._most))

    def _set(self, threads: int) -> None:
        self.now, self._calm = threads, 0
        torch.set_num_threads(threads)
