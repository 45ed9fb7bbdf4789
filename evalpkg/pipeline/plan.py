"""Reads from a finished run, such as a pilot, what ``evalpkg plan`` needs."""

from __future__ import annotations

from pathlib import Path

from evalpkg.errors import DataError
from evalpkg.evidence import read_metadata
from evalpkg.pipeline.facts import RunFacts
from evalpkg.reporting.run_files import read_metrics
from evalpkg.statistics.plan import Basis
from evalpkg.store import RunLayout

ASSUMED = Basis(
    tasks=180,
    clusters=155,
    samples=100,
    error=0.0139,
    share=0.13,
    tokens=600.0,
    tokens_per_second=None,
)
"""Used without a run: the default population of benchmarks/population.py, and answers of 300
tokens."""


def basis_of(root: Path) -> tuple[Basis, int]:
    """Return what the run in ``root`` shows, and how many tasks its data sets hold.

    Raises:
        DataError: if its files cannot be read, or the run has no difference in pass@1, or only one
            sample per task, which cannot tell sampling noise from the spread of tasks.
    """
    layout = RunLayout(root)
    metadata = read_metadata(layout)
    path = layout.metrics(metadata.modes[0])
    if not path.exists():
        raise DataError(f"{path} is missing", "A plan needs a finished run: evalpkg status DIR.")
    metrics = read_metrics(path)
    compared = metrics.comparison.pass_at_k if metrics.comparison else ()
    found = next((difference for difference in compared if difference.k == 1), None)
    if found is None or found.noise is None or found.standard_error is None:
        raise DataError(
            f"{root} has no difference in pass@1 whose error can be taken apart",
            "A pilot needs both models, pass@1, 2 or more samples per task, and tasks that differ.",
        )
    tokens = [own.answers.tokens.mean for own in metrics.roles.values()]
    known = [mean for mean in tokens if mean]
    facts = RunFacts.load(layout)
    speed = facts.tokens / facts.token_seconds if facts.token_seconds > 0 else None
    basis = Basis(
        metrics.tasks,
        metrics.clusters,
        found.noise.samples,
        found.standard_error,
        found.noise.share,
        sum(known) if len(known) == len(tokens) else None,
        speed,
    )
    return basis, sum(part.of for part in metadata.dataset.parts) or metrics.tasks
