"""``evalpkg report``: reports made from the rows on disk."""

from __future__ import annotations

from pathlib import Path

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.shared import signing_key_option
from evalpkg.cli.types import EXISTING_FILE, FOLDER, RUN_FOLDER, Numbers
from evalpkg.errors import ConfigError


@click.command(name="report", cls=EvalCommand)
@click.argument("directories", type=RUN_FOLDER, nargs=-1, required=True)
@click.option(
    "--output-dir",
    type=FOLDER,
    help="Folder for the comparison of several runs.",
)
@signing_key_option("ed25519 key (PEM) that signs the new manifest.")
@click.option(
    "--margin",
    type=Numbers(0, 100, min_open=True, max_open=True),
    metavar="POINTS",
    help="Say whether the fine-tuned model is at most this many points worse than the base.",
)
@click.option(
    "--contamination",
    type=EXISTING_FILE,
    metavar="FILE",
    help="File from 'evalpkg contamination --output': the report also shows the result without "
    "the tasks it names.",
)
def command(
    directories: tuple[Path, ...],
    output_dir: Path | None,
    signing_key: Path | None,
    margin: float | None,
    contamination: Path | None,
) -> None:
    r"""Rebuild the reports of a run, or compare several runs.

    With one DIRECTORY, rebuilds its metrics, reports and manifest from its rows. With
    several, such as the checkpoints of a training, writes one table and one plot over all
    of them to --output-dir.

    \b
    Examples:
      evalpkg report humaneval_results
      evalpkg report humaneval_results --margin 2
      evalpkg report step-1000 step-2000 step-3000 --output-dir checkpoints
    """
    from evalpkg.evidence import require_whole_run
    from evalpkg.pipeline.status import require_finished

    for_one = {"--contamination": contamination, "--margin": margin, "--signing-key": signing_key}
    given = [name for name, value in for_one.items() if value is not None]
    if given and len(directories) > 1:
        raise ConfigError(
            f"{', '.join(given)}: only for the report of one run",
            "Rebuild the report of each run with it first.",
        )
    if output_dir is not None and len(directories) == 1:
        raise ConfigError(
            "--output-dir is for the comparison of several runs; the reports of one run lie in "
            "its own directory",
            "Leave it out, or name more runs.",
        )
    for directory in directories:
        require_whole_run(directory)
        require_finished(directory)
    if len(directories) == 1:
        from evalpkg.pipeline.publish import RunContent, publish
        from evalpkg.reporting.progress import Progress
        from evalpkg.store import RunLayout

        layout = RunLayout(directories[0])
        with Progress(None) as progress:
            progress.phase("writing results", 0)
            share = None if margin is None else margin / 100
            publish(layout, RunContent.read(layout), signing_key, share, contamination)
        click.echo(layout.html)
        return
    if output_dir is None:
        raise ConfigError(
            "several directories, but no folder for their comparison", "Add --output-dir DIR."
        )
    if output_dir.resolve() in [directory.resolve() for directory in directories]:
        raise ConfigError(
            f"{output_dir} is one of the runs: an added file would make 'evalpkg verify' fail",
            "Name another --output-dir.",
        )
    from evalpkg.reporting import compare_runs

    compare_runs(directories, output_dir)
    click.echo(output_dir / "comparison.html")
