"""``evalpkg gate``: a check of a run whose exit code is the answer."""

from __future__ import annotations

from pathlib import Path

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.types import RUN_FOLDER, Numbers
from evalpkg.errors import ConfigError, ExitCode

POINTS = Numbers(0, 100, max_open=True)


@click.command(name="gate", cls=EvalCommand)
@click.argument("directory", type=RUN_FOLDER)
@click.option(
    "--no-worse-than",
    type=POINTS,
    metavar="POINTS",
    help="Condition: the fine-tuned model loses fewer points than this in pass@k.",
)
@click.option(
    "--better-than",
    type=POINTS,
    metavar="POINTS",
    help="Condition: the fine-tuned model gains more points than this. With --no-worse-than, both "
    "conditions must hold.",
)
@click.option(
    "--k", type=click.IntRange(min=1), default=1, show_default=True, help="The k of pass@k."
)
@click.option(
    "--mode",
    type=click.Choice(["no-policy", "policy"]),
    help="The results to check.  [default: no-policy if the run has it]",
)
def command(
    directory: Path,
    no_worse_than: float | None,
    better_than: float | None,
    k: int,
    mode: str | None,
) -> int:
    r"""Check the run in DIRECTORY against a condition, for CI: the exit code is the answer.

    A condition is checked against the one-sided 95 % lower bound of the difference in pass@k
    (fine-tuned minus base), not against the difference itself. Samples without a verdict count
    against the fine-tuned model. Exit code 0: every condition holds. Exit code 8: a condition
    does not hold, or the run cannot tell.

    \b
    Examples:
      evalpkg gate humaneval_results --no-worse-than 1
      evalpkg gate humaneval_results --no-worse-than 1 --better-than 0
    """
    from evalpkg.evidence import require_whole_run
    from evalpkg.models import Mode
    from evalpkg.pipeline.gate import judge_run
    from evalpkg.pipeline.status import require_finished

    if no_worse_than is None and better_than is None:
        raise ConfigError(
            "no condition is given", "Add --no-worse-than POINTS or --better-than POINTS."
        )
    require_whole_run(directory)
    require_finished(directory)
    found = judge_run(directory, no_worse_than, better_than, k, Mode(mode) if mode else None)
    click.echo(found.sentence)
    return ExitCode.OK if found.holds else ExitCode.NOT_MET
