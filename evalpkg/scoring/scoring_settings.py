"""The settings of a scorer."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

VERSION = 15
"""The scorer's version, part of every cache key. A change that may change a verdict raises it."""

MAX_SECONDS = 86_400
"""The longest time limit: a day. A longer one is a mistake, and a huge one overflows a timer."""


def default_workers() -> int:
    """Return the number of usable CPUs less 2, at least 1."""
    return max(1, len(os.sched_getaffinity(0)) - 2)


@dataclass(frozen=True, slots=True)
class ScoringSettings:
    """Settings of judging: sandbox, limits, cache and workers.

    Attributes:
        sandbox_mode: the name of a sandbox, or ``auto``.
        timeout_s: seconds for a program's whole test run: of CPU time, or of wall time if it waits.
        compile_timeout_s: seconds of CPU time for compiling one program.
        memory_mib: address space of a running program, in MiB.
        output_kib: the most that a program may print in all, or answer in one call, in KiB.
        workers: the number of batches judged at once; None for ``default_workers()``.
        batch_size: the most programs in one crate.
        cache: path of the verdict cache's file; None for no cache.
        edition: the Rust edition for every task; None for each task's own.
        crates: folder with the sources of the crates that tasks name (``cargo vendor`` makes it);
            None for no crates.
    """

    sandbox_mode: str = "auto"
    timeout_s: float = 10.0
    compile_timeout_s: float = 10.0
    memory_mib: int = 1024
    output_kib: int = 1024
    workers: int | None = None
    batch_size: int = 128
    cache: Path | None = None
    edition: str | None = None
    crates: Path | None = None
