"""Types of option values that several commands share."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import click

from evalpkg.errors import ConfigError
from evalpkg.scoring import MAX_SECONDS


class _Seconds(click.FloatRange):
    """A range of seconds that rejects NaN, too: click's own comparisons let NaN through."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value} is not a number of seconds", param, ctx)
        return seconds


SECONDS = _Seconds(min=0, min_open=True, max=MAX_SECONDS)


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
