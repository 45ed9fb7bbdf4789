"""``evalpkg commit``: promise a configuration before it is run."""

from __future__ import annotations

from pathlib import Path

import click

from evalpkg.cli.options import config_command
from evalpkg.config import EvalConfig
from evalpkg.errors import ExitCode


@config_command(
    *("Models", "Other backends", "Pool of workers", "Sampling", "Tasks", "Scoring", "Run"),
    without=("commitment",),
    name="commit",
)
@click.option(
    "--write",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write what the digest covers: settings, digest of the tasks, release of evalpkg.",
)
def command(config: EvalConfig, *, target: Path | None) -> int:
    r"""Print a digest of a configuration, to be published before it is run.

    Nobody can tell from a result how many seeds or settings were tried before. Who
    publishes this digest first, where its time can be seen, shows that this run was the
    one that was meant. Give it to 'evalpkg run --commitment': a run with other settings
    or tasks is then refused, and the statement carries it. It covers what decides
    samples and verdicts, not the folders, workers or logs of a machine.

    \b
    Examples:
      evalpkg commit -c evaluation.yaml
      evalpkg commit -c evaluation.yaml --write commitment.json
      evalpkg run -c evaluation.yaml --commitment SHA256
      evalpkg verify humaneval_results --commitment SHA256
    """
    from evalpkg.evidence import commitment_digest
    from evalpkg.pipeline.commit import commitment_for
    from evalpkg.store import canonical_json, write_atomic
    from evalpkg.tasks import load_tasks

    tasks = load_tasks(
        config.dataset,
        config.dataset_variant,
        config.task_ids or None,
        config.limit,
        exclude=config.exclude_tasks,
        files=config.dataset_file,
    )
    document = commitment_for(config, tasks)
    if target is not None:
        write_atomic(target, canonical_json(document))
        click.echo(f"{target}: the sha256 of this file is the digest", err=True)
    click.echo(commitment_digest(document))
    return ExitCode.OK
