"""``evalpkg export``: a run in the formats of other tools."""

from __future__ import annotations

from pathlib import Path

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.types import FOLDER, RUN_FOLDER
from evalpkg.export import FORMATS, export_run


@click.command(
    name="export",
    cls=EvalCommand,
    epilog="Formats:\n\n\b\n"
    + "\n".join(f"  {name:<14} {entry.summary}" for name, entry in FORMATS.items()),
)
@click.argument("directory", type=RUN_FOLDER)
@click.option(
    "--format", "name", type=click.Choice(list(FORMATS)), required=True, help="Output format."
)
@click.option(
    "--output-dir",
    type=FOLDER,
    required=True,
    help="Folder for the output; it must not be the run's directory.",
)
def command(directory: Path, name: str, output_dir: Path) -> None:
    r"""Convert the finished run in DIRECTORY to a format of another tool.

    Rates are fractions between 0 and 1, with their standard errors and intervals.

    \b
    Examples:
      evalpkg export humaneval_results --format csv --output-dir tables
      evalpkg export humaneval_results --format inspect --output-dir logs
      inspect view --log-dir logs
    """
    from evalpkg.evidence import require_whole_run
    from evalpkg.pipeline.status import require_finished

    require_whole_run(directory)
    require_finished(directory)
    for path in export_run(directory, name, output_dir):
        click.echo(path)
