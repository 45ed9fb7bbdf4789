"""``evalpkg doctor``: a check of this machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.errors import ExitCode


@click.command(name="doctor", cls=EvalCommand)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@click.option(
    "--output-dir",
    type=click.Path(path_type=Path),
    default="humaneval_results",
    envvar="OUTPUT_DIR",
    help="Folder for results; its disk space is checked.",
)
def command(as_json: bool, output_dir: Path) -> int:
    """Check whether this machine can run an evaluation.

    Compiles a program with rustc, runs hostile programs in every sandbox, and checks GPU,
    disk, memory and access to model weights. The exit code is 3 if an evaluation cannot
    run here. Tokens are never printed.
    """
    from evalpkg.doctor import run_checks

    unfit, checks = False, []
    for check in run_checks(output_dir):
        unfit |= check.required and not check.ok
        checks.append(asdict(check))
        if not as_json:
            mark = "ok  " if check.ok else "FAIL" if check.required else "--  "
            click.echo(f"{mark}  {check.name:<24} {check.detail}")
            if not check.ok and check.cure:
                click.echo(f"{'':<32}{check.cure}")
    if as_json:
        click.echo(json.dumps({"ok": not unfit, "checks": checks}, indent=2))
    elif unfit:
        click.echo("\nAn evaluation cannot run on this machine yet.")
    else:
        click.echo("\nAn evaluation can run on this machine.")
    return ExitCode.ENVIRONMENT if unfit else ExitCode.OK
