"""What a run says at its end: the answer, where it lies, and what it lacks."""

from __future__ import annotations

import click

from evalpkg.errors import ExitCode
from evalpkg.models import Mode
from evalpkg.pipeline.run import RunOutcome
from evalpkg.store import Coverage, RunLayout, read_json

NAMED = 20
"""Samples without a verdict that are listed; the rest are counted."""


def show_outcome(outcome: RunOutcome) -> int:
    """Print the outcome and return the exit code."""
    layout = outcome.layout
    click.echo(f"generated {outcome.generated:,} and judged {outcome.judged:,} samples")
    for mode in Mode:
        if layout.metrics(mode).exists():
            _show_metrics(layout, mode)
    if layout.html.exists():
        click.echo(f"\nreport: {layout.html}")
    return show_gaps(outcome.coverage)


def _show_metrics(layout: RunLayout, mode: Mode) -> None:
    """A few lines of numbers, as ``metrics.json`` has them."""
    metrics = read_json(layout.metrics(mode))
    click.echo(f"\n{mode.value}:")
    for role, own in metrics["roles"].items():
        parts = [f"pass@{p['k']} {_percent(p)}" for p in own["pass_at_k"]]
        parts.append(f"compiles {_percent(own['compile_rate'])}")
        click.echo(f"  {role:<10} {'   '.join(parts)}")
    comparison = metrics["comparison"]
    if comparison is not None:
        click.echo(f"  {comparison['pass_at_k'][0]['sentence']}")


def _percent(estimate: dict[str, float | None]) -> str:
    value = estimate["value"]
    return "n/a" if value is None else f"{value:.1%}"


def show_gaps(covered: Coverage) -> int:
    """Name the samples that have no verdict."""
    if covered.complete:
        return ExitCode.OK
    for what, keys in (
        ("were not generated", covered.not_generated),
        ("were not judged", covered.not_judged),
        ("ended in an infrastructure error", covered.infra_errors),
    ):
        if keys:
            click.echo(f"{len(keys):,} samples {what}:", err=True)
            for role, task_id, index in keys[:NAMED]:
                click.echo(f"  {role.value} {task_id} {index}", err=True)
            if len(keys) > NAMED:
                click.echo(f"  and {len(keys) - NAMED:,} more", err=True)
    click.echo("The same command tries them again.", err=True)
    return ExitCode.INCOMPLETE
