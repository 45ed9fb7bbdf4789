"""``evalpkg merge``: the shards of one run, joined."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.shared import output_dir_option, signing_key_option
from evalpkg.errors import ExitCode

if TYPE_CHECKING:
    from evalpkg.merge import MergeReport


@click.command(name="merge", cls=EvalCommand)
@click.argument(
    "directories", type=click.Path(path_type=Path, file_okay=False), nargs=-1, required=True
)
@output_dir_option("Folder for the merged result.")
@signing_key_option("ed25519 key (PEM) that signs the manifest.")
def command(directories: tuple[Path, ...], output_dir: Path, signing_key: Path | None) -> int:
    r"""Join the shards of one run into one result.

    DIRECTORIES are the output directories of 'evalpkg run --shard I/N'. The merged rows are
    byte for byte those of a run on one machine. If shards are missing or unreadable, the
    command names them, merges the others and exits with 6. Shards of several checkpoints
    give a folder for each checkpoint, and comparison.html.

    \b
    Example:
      evalpkg merge host-a host-b host-c --output-dir results
    """
    from evalpkg.pipeline.join import checkpoint_names, join_checkpoints, join_shards
    from evalpkg.reporting.progress import Progress

    with Progress(None) as progress:
        if names := checkpoint_names(directories):
            joined = join_checkpoints(directories, names, output_dir, signing_key, progress)
        else:
            joined = {"": join_shards(directories, output_dir, signing_key, progress)}
    for report, layout in joined.values():
        _show(report)
        click.echo(f"report: {layout.html}")
    if (output_dir / "comparison.html").exists():
        click.echo(f"comparison: {output_dir / 'comparison.html'}")
    complete = all(report.coverage.complete for report, _ in joined.values())
    return ExitCode.OK if complete else ExitCode.INCOMPLETE


def _show(report: MergeReport) -> None:
    """Print what each part gave, and what is missing."""
    for path, count in report.parts.items():
        click.echo(f"{path}: {count:,} samples")
    for path, why in report.unusable.items():
        click.echo(f"{path}: not used: {why}", err=True)
    for shard, keys in report.missing_by_shard.items():
        click.echo(f"shard {shard}: {len(keys):,} samples without a verdict", err=True)
