"""A run of each model, and one of the difference, for Weights & Biases.

Nothing is sent: ``wandb sync`` does that, or ``WANDB_MODE=online``.
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
    """Write a folder for each run; what was written."""
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
