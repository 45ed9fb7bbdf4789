"""Types of option values that several commands share."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import click

from evalpkg.errors import ConfigError
from evalpkg.scoring import MAX_SECONDS


class Numbers(click.FloatRange):
    """A range of numbers that rejects NaN and infinity, too: click lets NaN through."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, or refuse the option."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number", param, ctx)
        return number


SECONDS = Numbers(min=0, min_open=True, max=MAX_SECONDS)


class _Folder(click.Path):
    """A folder. Empty text is rejected, because it would mean the working directory."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("empty", param, ctx)
        return super().convert(value, param, ctx)


FOLDER = _Folder(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


class _RunFolder(click.Path):
    """The directory of a run. A folder of several checkpoints is refused, with their names."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from evalpkg.pipeline.join import checkpoint_names
        from evalpkg.store import RunLayout

        folder = Path(os.fsdecode(super().convert(value, param, ctx)))
        names = [] if RunLayout(folder).config.exists() else checkpoint_names([folder])
        if names:
            raise ConfigError(
                f"{folder} holds a run of each of {len(names)} checkpoints: {', '.join(names)}",
                f"Name one of them: {folder / names[0]}",
            )
        return folder


RUN_FOLDER = _RunFolder(path_type=Path, file_okay=False)
