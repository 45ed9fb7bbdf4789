"""``evalpkg status``: the progress of a run."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.types import RUN_FOLDER

SILENT_SECONDS = 60
"""Age of the progress file at which its process counts as dead; a live one writes every second."""


@click.command(name="status", cls=EvalCommand)
@click.argument("directory", type=RUN_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
def command(directory: Path, as_json: bool) -> None:
    """Show the progress of the run in DIRECTORY, and whether a process is working on it."""
    from evalpkg.pipeline.status import standing
    from evalpkg.store import RunLayout, read_json

    found = standing(directory)
    path = RunLayout(directory).progress
    live = read_json(path) if path.exists() else {}
    if as_json:
        click.echo(json.dumps({**asdict(found), "progress": live}, indent=2))
        return
    click.echo(f"{directory}: {found.sentence}")
    if live:
        click.echo(_live(live))


def _is_gone(told: dict[str, Any]) -> bool:
    """Tell whether the process that wrote the file ran on this host, and no longer does."""
    if told.get("host") != socket.gethostname():
        return False
    try:
        os.kill(int(told["pid"]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # another user's process
        return False
    return False


def _live(told: dict[str, Any]) -> str:
    """Format the last known progress as one line."""
    age = (datetime.now(UTC) - datetime.fromisoformat(told["updated_at"])).total_seconds()
    state = str(told["state"])
    if state == "running" and _is_gone(told):
        state = f"silent for {age:,.0f} s: its process has died"
    elif state == "running" and age > SILENT_SECONDS:
        state = f"silent for {age:,.0f} s: its process has probably died"
    said = f"{state}, last at '{told['phase']}'"
    if told.get("total"):
        said += f", {told['done']:,} of {told['total']:,}"
    if told.get("last_error"):
        said += f": {told['last_error']}"
    return said
