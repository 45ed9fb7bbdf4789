"""Weights & Biases runs: one for each model, and one for the difference.

They are written offline: ``wandb sync`` sends them later, or ``WANDB_MODE=online`` at once.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, cast

import wandb

from evalpkg.export.numbers import named_numbers
from evalpkg.export.tables import settings_of
from evalpkg.reporting.run_files import RunFiles

PROJECT = "evalpkg"


def write(run: RunFiles, target: Path) -> list[Path]:
    """Write one folder per run, and return their paths."""
    before = set(target.glob("wandb/*run-*"))
    mode = cast("Literal['offline', 'online']", os.environ.get("WANDB_MODE", "offline"))
    for name, numbers in named_numbers(run).items():
        own = wandb.init(
            project=os.environ.get("WANDB_PROJECT", PROJECT),
            name=name,
            dir=str(target),
            mode=mode,
            config={**settings_of(run), "model": name},
            settings=wandb.Settings(silent=True, console="off"),
        )
        own.summary.update(numbers)
        own.finish()
    return sorted(set(target.glob("wandb/*run-*")) - before)
