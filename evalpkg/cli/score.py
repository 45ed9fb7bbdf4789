"""``evalpkg score``: verdicts, pass@k and reports for samples that are there already."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalpkg.cli.options import config_command
from evalpkg.cli.types import FOLDER
from evalpkg.config import EvalConfig
from evalpkg.errors import ConfigError, ExitCode
from evalpkg.models import Role

if TYPE_CHECKING:
    from evalpkg.pipeline.peer import PeerSummary
    from evalpkg.pipeline.score_samples import ScoreOutcome, Sources

NOT_OF_FILES = (
    *("output_dir", "shard", "auto_samples", "max_samples", "noise_share", "precision"),
    *("allow_failed_gate", "lock_file"),
)
"""Settings of a run that say nothing about samples from files."""

NAMED = 20
"""Rows without a verdict that are listed; the rest are counted."""


@config_command("Tasks", "Scoring", "Run", without=NOT_OF_FILES, name="score")
@click.argument("samples", nargs=-1)
@click.option(
    "--base", multiple=True, metavar="FILE", help="Samples of the base model; may be repeated."
)
@click.option(
    "--finetuned",
    multiple=True,
    metavar="FILE",
    help="Samples of the fine-tuned model; with --base, the two are compared.",
)
@click.option(
    "--output-dir",
    type=FOLDER,
    required=True,
    envvar="OUTPUT_DIR",
    help="Gets the verdicts, the reports and everything else.",
)
@click.option("--model", default="", help="Whose rows to judge, where files hold several models'.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@click.option(
    "--verdicts-only",
    is_flag=True,
    help="Write verdicts.jsonl alone: no self-check of the tasks, no pass@k, no reports.",
)
@click.option(
    "--scorer",
    type=click.Choice(["evalpkg", "human-eval-rust"]),
    default="evalpkg",
    show_default=True,
    help="human-eval-rust runs programs with no sandbox (it needs --sandbox-mode none), and "
    "writes verdicts alone.",
)
def command(
    config: EvalConfig,
    *,
    samples: tuple[str, ...],
    base: tuple[str, ...],
    finetuned: tuple[str, ...],
    output_dir: Path,
    model: str,
    as_json: bool,
    verdicts_only: bool,
    scorer: str,
) -> int:
    r"""Judge samples that are there already, with real rustc in a real sandbox.

    SAMPLES are one model's: files or folders as evalpkg, evalplus, bigcode, MultiPL-E, lm-eval,
    inspect_ai or OpenAI batches write them, plain or packed with gzip or zstd, folders of .rs
    files, the directory of a run, or - for standard input (docs/samples.md). The plain form has
    one {"task_id": ..., "completion": ...} per line. With --base and --finetuned in their place,
    two models are compared. FILE:NAME takes the rows of one model from a file that holds several.

    DIR gets what a run leaves: pass@k with intervals, compile rate, verdicts, report.html and a
    manifest, so that 'verify', 'report' and 'explain' work on it; and verdicts.jsonl, with a row
    for each row of the files, in their order. pass@k is about the tasks that have samples; those
    that have none are named.

    A call that was killed goes on where it was when the same command is given again. A task whose
    own tests cannot be used makes its rows 'task_fault', and the command end with 4.

    \b
    Examples:
      evalpkg score samples.jsonl --output-dir scored
      evalpkg score --base base.jsonl --finetuned tuned.jsonl --output-dir compared
      evalpkg score generations.json --dataset humanevalpack --output-dir scored
      evalpkg score he.jsonl mbpp.jsonl --dataset multipl-e-humaneval \
          --dataset multipl-e-mbpp --output-dir scored --json
    """
    config = config.model_copy(update={"output_dir": output_dir})
    if scorer != "evalpkg":
        return _score_with_peer(config, samples or base or finetuned)
    from evalpkg.pipeline.score_samples import score_samples

    sources = _sources(samples, base, finetuned)
    outcome = score_samples(config, sources, model, verdicts_only=verdicts_only)
    for note in outcome.notes:
        click.echo(f"note: {note}", err=True)
    return _show(outcome, as_json)


def _sources(
    samples: tuple[str, ...], base: tuple[str, ...], finetuned: tuple[str, ...]
) -> Sources:
    if bool(samples) == bool(base or finetuned):
        raise ConfigError(
            "give the samples of one model, or those of two with --base and --finetuned",
            "evalpkg score FILE --output-dir DIR, or evalpkg score --base A --finetuned B ...",
        )
    if samples:
        return {Role.BASE: samples}
    return {role: files for role, files in zip(Role, (base, finetuned), strict=True) if files}


def _show(outcome: ScoreOutcome, as_json: bool) -> int:
    """Say how it went, and return the exit code."""
    from evalpkg.cli.outcome import show_metrics
    from evalpkg.pipeline.answers_told import told, verdict_counts

    layout = outcome.run.layout
    if as_json:
        click.echo(json.dumps(told(outcome), indent=2))
        return _end(outcome)
    if outcome.resumed:
        click.echo(f"{outcome.resumed:,} rows were judged before")
    counts = verdict_counts(layout)
    for verdict, count in counts.most_common():
        click.echo(f"{verdict:<16} {count:>9,}  {count / counts.total():7.1%}")
    click.echo(f"{'rows':<16} {counts.total():>9,}")
    click.echo(f"verdicts: {layout.answers}")
    if layout.manifest.exists():
        show_metrics(layout)
    return _end(outcome)


def _end(outcome: ScoreOutcome) -> int:
    """Name what has no verdict, and return the exit code."""
    from evalpkg.cli.outcome import show_gaps
    from evalpkg.pipeline.answers_told import task_faults

    faults = task_faults(outcome.run.layout)
    if faults:
        click.echo(
            f"the tests of {len(faults):,} tasks cannot be used; nothing is said of their rows:",
            err=True,
        )
        for task_id, detail in list(faults.items())[:NAMED]:
            click.echo(f"  {task_id}: {' '.join(detail.split())[:300]}", err=True)
        click.echo(
            "Mend their tests ('evalpkg tasks check' tries them), or leave their rows out "
            "(--exclude-tasks).",
            err=True,
        )
    status = show_gaps(outcome.run.coverage)
    return ExitCode.DATA if faults and status == ExitCode.OK else status


def _score_with_peer(config: EvalConfig, samples: tuple[str, ...]) -> int:
    from evalpkg.pipeline.given import tasks_of
    from evalpkg.pipeline.peer import score_with_peer
    from evalpkg.scoring.peer import PeerSettings
    from evalpkg.scoring.scoring_settings import default_workers

    consent = config.sandbox_mode == "none"
    peer = PeerSettings(consent, config.timeout, config.n_workers or default_workers())
    summary = score_with_peer(samples, config.output_dir, tasks_of(config).tasks, peer)
    return _show_peer(summary, config.output_dir / "verdicts.jsonl")


def _show_peer(summary: PeerSummary, answer: Path) -> int:
    for verdict, count in summary.verdicts.most_common():
        click.echo(f"{verdict:<16} {count:>9,}  {count / summary.rows:7.1%}")
    click.echo(f"{'rows':<16} {summary.rows:>9,}")
    click.echo(f"verdicts: {answer}")
    if not summary.infra_errors:
        return ExitCode.OK
    click.echo(f"{len(summary.infra_errors):,} rows have no verdict:", err=True)
    for row, detail in summary.infra_errors[:NAMED]:
        click.echo(f"  row {row}: {detail}", err=True)
    return ExitCode.INCOMPLETE
