"""``evalpkg plan``: numbers of tasks and samples that a question needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.types import RUN_FOLDER, Numbers


@click.command(name="plan", cls=EvalCommand)
@click.argument("directory", type=RUN_FOLDER, required=False)
@click.option(
    "--detect",
    type=Numbers(0, 100, min_open=True),
    metavar="POINTS",
    help="Also print the cheapest size that detects a true difference of this many points.",
)
@click.option(
    "--tokens-per-second",
    type=Numbers(0, min_open=True),
    help="Speed of generation, if the run did not measure it or you plan for another machine.",
)
@click.option(
    "--tasks",
    type=click.IntRange(1),
    multiple=True,
    help="A number of tasks to plan for; may be repeated.",
)
def command(
    directory: Path | None,
    detect: float | None,
    tokens_per_second: float | None,
    tasks: tuple[int, ...],
) -> None:
    r"""Estimate what runs of other sizes would detect, and what they would cost.

    The estimates come from a finished run or a pilot in DIRECTORY (both models, at least
    2 samples per task): its error from drawing samples, its error from the choice of
    tasks, the length of its completions and the speed of its generation. Without
    DIRECTORY the numbers are assumptions, and the output says so.

    \b
    Examples:
      evalpkg plan pilot --detect 2
      evalpkg plan pilot --tasks 180 --tasks 500 --tokens-per-second 9000
    """
    from evalpkg.pipeline.plan import ASSUMED, basis_of
    from evalpkg.statistics import StatisticsSettings
    from evalpkg.statistics.plan import SAMPLES, cheapest, plan

    settings = StatisticsSettings()
    basis, whole = basis_of(directory) if directory else (ASSUMED, ASSUMED.tasks)
    if tokens_per_second:
        basis = replace(basis, tokens_per_second=tokens_per_second)
    counts = sorted(set(tasks or (basis.tasks, whole, 2 * whole)))
    origin = f"from {directory}" if directory else "assumed: no run was given"
    speed = basis.tokens_per_second
    length = f"{basis.tokens:,.0f} tokens" if basis.tokens else "unknown tokens"
    click.echo(
        f"{origin}: {basis.tasks} tasks x {basis.samples} samples, standard error"
        f" {100 * basis.error:.2f} points, {basis.share:.0%} of its square from drawing samples;"
        f" {length} for a sample of each model,"
        f" {f'{speed:,.0f} tokens a second' if speed else 'speed unknown (--tokens-per-second)'}"
    )
    click.echo(f"\n{'tasks':>7}  {'samples':>7}  {'hours':>10}  {'detectable':>12}")
    for count in counts:
        for samples in SAMPLES:
            made = plan(basis, count, samples, settings)
            cells = (f"{count:>7,}", f"{samples:>7}", f"{_hours(made.hours):>10}")
            click.echo("  ".join((*cells, f"{_points(made.detectable):>12}")))
    if any(count > whole for count in counts):
        click.echo(f"\nThe data set has {whole:,} tasks; add sets with --dataset for more.")
    if detect is not None:
        best = cheapest(basis, counts, detect / 100.0, settings)
        click.echo(
            f"\nNone of these numbers of tasks detects {detect:g} points with up to"
            f" {SAMPLES[-1]} samples: more tasks are needed."
            if best is None
            else f"\ncheapest for {detect:g} points: {best.tasks:,} tasks x {best.samples} samples,"
            f" {_hours(best.hours)} hours, detects {_points(best.detectable)}"
        )
    click.echo(
        f"\nDetectable: pass@1, {settings.power:.0%} power, level {settings.alpha:g}."
        "\nHours: generation for both models at this speed; times its number of GPUs: GPU-hours."
    )


def _hours(hours: float | None) -> str:
    return "unknown" if hours is None else f"{hours:,.2f}"


def _points(detectable: float | None) -> str:
    return "none" if detectable is None else f"{100 * detectable:.1f} points"
