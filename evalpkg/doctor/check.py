"""A check's outcome, and the list of all checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        ok: whether it is as it should be.
        required: whether an evaluation cannot run without it.
        detail: what was found.
        cure: what to do where it is not ok.
    """

    name: str
    ok: bool
    detail: str
    cure: str = ""
    required: bool = False


def run_checks(output_dir: Path) -> Iterator[Check]:
    """All checks, each made when it is asked for, for a run that would write to ``output_dir``."""
    from evalpkg.doctor import confinement, machine, models, toolchain

    yield machine.python()
    yield toolchain.rustc()
    yield from confinement.sandboxes()
    yield from machine.disk(output_dir)
    yield machine.memory()
    yield machine.gpu()
    yield from models.model_access()
