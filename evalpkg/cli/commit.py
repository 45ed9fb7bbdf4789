"""``evalpkg commit``: the digest of a configuration, to publish before the run."""

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
    help="Also write the content of the digest: settings, digest of the tasks, evalpkg's version.",
)
def command(config: EvalConfig, *, target: Path | None) -> int:
    r"""Print the digest of a configuration, to publish it before the run.

    A result does not show how many seeds or settings were tried before it. Publish this
    digest before the run, in a place that records the time: it proves that the settings
    were not chosen afterwards. 'evalpkg run --commitment' then refuses other settings or
    tasks, and the run's statement includes the digest. The digest covers every setting
    that affects samples and verdicts, but not folders, workers or logs.

    \b
    Examples:
      evalpkg commit -c evaluation.yaml
      evalpkg commit -c evaluation.yaml --write commitment.json
      evalpkg run -c evaluation.yaml --commitment SHA256
      evalpkg verify humaneval_results --commitment SHA256
    """
    from evalpkg.evidence import commitment_digest
    from evalpkg.pipeline.commit import commitment_for
    from evalpkg.pipeline.given import given_by
    from evalpkg.store import canonical_json, write_atomic

    given = given_by(config)
    document = commitment_for(given.config, given.tasks)
    if target is not None:
        write_atomic(target, canonical_json(document))
        click.echo(f"{target}: the digest is the sha256 of this file", err=True)
    click.echo(commitment_digest(document))
    return ExitCode.OK
