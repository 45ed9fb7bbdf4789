"""The settings of a scorer."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

VERSION = 6
"""Raised when a change of this package may change a verdict; part of every cache key."""

MAX_SECONDS = 86_400
"""Longest time limit: a day. What is longer is a slip, and far longer no clock can hold."""


def default_workers() -> int:
    """CPUs less 2, at least 1."""
    return max(1, len(os.sched_getaffinity(0)) - 2)


@dataclass(frozen=True, slots=True)
class ScoringSettings:
    """Settings of judging: sandbox, limits, cache and workers.

    Attributes:
        sandbox_mode: a provider's name, or ``auto``.
        timeout_s: time for a program's whole test run: CPU time, or wall time of one that waits.
        compile_timeout_s: CPU time of compiling one program.
        memory_mib: address space of a running program, in MiB.
        output_kib: what it may print, or answer in one call, in KiB.
        workers: batches worked on at once, None for ``default_workers()``.
        batch_size: programs in one crate.
        cache: file of the verdict cache, None for none.
        edition: Rust edition for every task, None for each task's own.
        crates: folder with the sources of crates that tasks name (``cargo vendor``), None for none.
    """

    sandbox_mode: str = "auto"
    timeout_s: float = 10.0
    compile_timeout_s: float = 10.0
    memory_mib: int = 1024
    output_kib: int = 1024
    workers: int | None = None
    batch_size: int = 64
    cache: Path | None = None
    edition: str | None = None
    crates: Path | None = None
