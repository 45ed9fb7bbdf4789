"""``evalpkg merge``: the shards of one run, joined."""

from __future__ import annotations

from pathlib import Path

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.types import FOLDER
from evalpkg.errors import ExitCode


@click.command(name="merge", cls=EvalCommand)
@click.argument(
    "directories", type=click.Path(path_type=Path, file_okay=False), nargs=-1, required=True
)
@click.option(
    "--output-dir",
    type=FOLDER,
    required=True,
    envvar="OUTPUT_DIR",
    help="Where the merged result is written.",
)
@click.option(
    "--signing-key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="ed25519 key (PEM) that signs the manifest.",
)
def command(directories: tuple[Path, ...], output_dir: Path, signing_key: Path | None) -> int:
    r"""Join the shards of one run into one result.

    The DIRECTORIES are the output directories of 'evalpkg run --shard I/N'. The rows are
    byte for byte those that one machine would have written. Shards that are missing or
    unreadable are named; the rest is merged all the same, and the command ends with 6.

    \b
    Example:
      evalpkg merge host-a host-b host-c --output-dir results
    """
    from evalpkg.evidence.metadata import read_metadata
    from evalpkg.merge.merge import merge_runs
    from evalpkg.pipeline.publish import publish
    from evalpkg.reporting.progress import Progress
    from evalpkg.store.layout import RunLayout
    from evalpkg.store.mode_files import write_mode_files
    from evalpkg.store.rows import read_tasks

    with Progress(None) as progress:
        progress.phase("merging", 0)
        report = merge_runs(directories, output_dir)
        layout = RunLayout(output_dir)
        about = read_metadata(layout)
        progress.phase("writing results", 0)
        tasks = read_tasks(layout.tasks)
        write_mode_files(layout, tasks, about.roles, about.modes, about.num_samples)
        publish(layout, signing_key)
    for path, count in report.parts.items():
        click.echo(f"{path}: {count:,} samples")
    for path, why in report.unusable.items():
        click.echo(f"{path}: not used: {why}", err=True)
    for shard, keys in report.missing_by_shard.items():
        click.echo(f"shard {shard}: {len(keys):,} samples without a verdict", err=True)
    click.echo(f"report: {layout.html}")
    return ExitCode.OK if report.coverage.complete else ExitCode.INCOMPLETE
