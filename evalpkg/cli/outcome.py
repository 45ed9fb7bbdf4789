"""The final output of a run: its results, the path of its report, and missing samples."""

from __future__ import annotations

from typing import Any

import click

from evalpkg.errors import ExitCode
from evalpkg.models import Mode
from evalpkg.pipeline.run import RunOutcome
from evalpkg.store import Coverage, RunLayout, read_json

NAMED = 20
"""The most samples without a verdict that are listed; the others are counted."""


def show_outcome(outcome: RunOutcome) -> int:
    """Print the outcome and return the exit code."""
    layout = outcome.layout
    click.echo(f"generated {outcome.generated:,} and judged {outcome.judged:,} samples")
    show_metrics(layout)
    return show_gaps(outcome.coverage)


def show_metrics(layout: RunLayout) -> None:
    """Print the results of each mode and the path of the report."""
    found = {m: read_json(layout.metrics(m)) for m in Mode if layout.metrics(m).exists()}
    shown: list[dict[str, Any]] = []
    for mode, metrics in found.items():
        click.echo(f"\n{mode.value}:")
        if any(_numbers(metrics) == _numbers(other) for other in shown):
            click.echo("  changes no number")
        else:
            _show_mode(metrics)
        shown.append(metrics)
    if layout.html.exists():
        click.echo(f"\nreport: {layout.html}")


def _numbers(metrics: dict[str, Any]) -> object:
    """Return every pass@k and its difference, without the sentences, which name the mode."""
    compared = metrics["comparison"]
    return (
        [own["pass_at_k"] for own in metrics["roles"].values()],
        compared and [{**at_k, "sentence": ""} for at_k in compared["pass_at_k"]],
    )


def _show_mode(metrics: dict[str, Any]) -> None:
    """Print the main numbers of one mode's ``metrics.json``."""
    for result in metrics["sets"]:
        click.echo(f"  {result['dataset']}, {result['tasks']:,} tasks:")
        _show_roles(result["roles"], "    ")
    if metrics["sets"]:
        click.echo(f"  all {metrics['tasks']:,} tasks, {metrics['clusters']:,} distinct problems:")
    _show_roles(metrics["roles"], "    " if metrics["sets"] else "  ")
    comparison = metrics["comparison"]
    if comparison is not None:
        click.echo(f"  {comparison['pass_at_k'][0]['sentence']}")


def _show_roles(roles: dict[str, Any], indent: str) -> None:
    for role, own in roles.items():
        name = f"{role:<10} " if len(roles) > 1 else ""
        parts = [f"pass@{p['k']} {_percent(p)}" for p in own["pass_at_k"]]
        parts.append(f"compiles {_percent(own['compile_rate'])}")
        click.echo(f"{indent}{name}{'   '.join(parts)}")


def _percent(estimate: dict[str, Any]) -> str:
    """Format a rate with its interval for new tasks."""
    value, interval = estimate["value"], estimate["new_tasks"]
    if value is None:
        return "n/a"
    within = f" ({interval['low']:.1%} to {interval['high']:.1%})" if interval else ""
    return f"{value:.1%}{within}"


def show_gaps(covered: Coverage) -> int:
    """List the samples that have no verdict, and return the exit code."""
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
    click.echo("Give the same command again to retry them.", err=True)
    return ExitCode.INCOMPLETE
