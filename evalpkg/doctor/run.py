"""All checks of this machine, in display order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evalpkg.doctor import confinement, machine, models, toolchain
from evalpkg.doctor.check import Diagnosis


def run_checks(output_dir: Path) -> Iterator[Diagnosis]:
    """Run all checks lazily, for an evaluation that would write to ``output_dir``."""
    yield machine.python()
    yield toolchain.rustc()
    yield from confinement.sandboxes()
    yield from machine.disk(output_dir)
    yield machine.memory()
    yield machine.gpu()
    yield from models.model_access()
