"""``evalpkg score``: verdicts, pass@k and reports for existing samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalpkg.cli.options import config_command
from evalpkg.cli.shared import output_dir_option
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
"""Settings of a run that do not apply to samples from files."""

NAMED = 20
"""The most rows without a verdict that are listed; the others are counted."""


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
@output_dir_option("Folder for the verdicts, the reports and everything else.")
@click.option(
    "--model", default="", help="The model whose rows to judge, if files hold rows of several."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@click.option(
    "--verdicts-only",
    is_flag=True,
    help="Write only verdicts.jsonl: no self-check of the tasks, no pass@k, no reports.",
)
@click.option(
    "--scorer",
    type=click.Choice(["evalpkg", "human-eval-rust"]),
    default="evalpkg",
    show_default=True,
    help="human-eval-rust runs programs without a sandbox (it needs --sandbox-mode none) and "
    "writes only verdicts.",
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
    r"""Judge existing samples with real rustc in a real sandbox.

    SAMPLES are the samples of one model: files or folders of evalpkg, evalplus, bigcode,
    MultiPL-E, lm-eval, inspect_ai or OpenAI batches, plain or compressed with gzip or zstd;
    folders of .rs files; the directory of a run; or - for standard input (see docs/samples.md).
    The simplest form has one {"task_id": ..., "completion": ...} per line. To compare two models,
    give --base and --finetuned instead. FILE:NAME takes the rows of one model from a file with
    several.

    The output directory has the same content as that of a run: pass@k with intervals, compile
    rate, verdicts, report.html and a manifest. 'verify', 'report' and 'explain' work on it.
    verdicts.jsonl has one row for each row of the files, in their order. pass@k covers the tasks
    that have samples; tasks without samples are listed.

    Give the same command again to resume after an interruption. If a task's own tests are broken,
    its rows get the verdict 'task_fault', and the exit code is 4.

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
    """Print the result, and return the exit code."""
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
    """List tasks with broken tests and samples without a verdict; return the exit code."""
    from evalpkg.cli.outcome import show_gaps
    from evalpkg.pipeline.answers_told import task_faults

    faults = task_faults(outcome.run.layout)
    if faults:
        click.echo(
            f"the tests of {len(faults):,} tasks cannot be used; their rows are not judged:",
            err=True,
        )
        for task_id, detail in list(faults.items())[:NAMED]:
            click.echo(f"  {task_id}: {' '.join(detail.split())[:300]}", err=True)
        click.echo(
            "Repair their tests ('evalpkg tasks check' tries them), or leave the tasks out "
            "(--exclude-tasks).",
            err=True,
        )
    status = show_gaps(outcome.run.coverage)
    return ExitCode.DATA if faults and status == ExitCode.OK else status


def _score_with_peer(config: EvalConfig, samples: tuple[str, ...]) -> int:
    from evalpkg.pipeline.given import tasks_of
    from evalpkg.pipeline.peer import score_with_peer
    from evalpkg.scoring import default_workers
    from evalpkg.scoring.peer import PeerSettings

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
