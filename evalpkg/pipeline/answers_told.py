"""The result of ``evalpkg score`` as JSON for other programs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from evalpkg.models import Mode, VerdictKind
from evalpkg.store import RunLayout, read_json, read_objects

if TYPE_CHECKING:
    from evalpkg.pipeline.score_samples import ScoreOutcome


def told(outcome: ScoreOutcome) -> dict[str, Any]:
    """Return everything that the command prints, and each mode's ``metrics.json``.

    The metrics come without their list of tasks.
    """
    layout, covered = outcome.run.layout, outcome.run.coverage
    return {
        "output_dir": str(layout.root),
        "verdicts_file": str(layout.answers),
        "report": str(layout.html) if layout.html.exists() else None,
        "rows": outcome.rows,
        "resumed": outcome.resumed,
        "verdicts": dict(verdict_counts(layout)),
        "without_verdict": [list(key) for key in (*covered.not_judged, *covered.infra_errors)],
        "notes": list(outcome.notes),
        "modes": {
            mode.value: _short(read_json(layout.metrics(mode)))
            for mode in Mode
            if layout.metrics(mode).exists()
        },
    }


def verdict_counts(layout: RunLayout) -> Counter[str]:
    """Count the rows of ``verdicts.jsonl`` by verdict."""
    return Counter(str(row["verdict"]) for _, row in read_objects(layout.answers))


def task_faults(layout: RunLayout) -> dict[str, str]:
    """Return the reason why its tests cannot be used, for each such task, by task id."""
    return {
        str(row["task_id"]): str(row["detail"])
        for _, row in read_objects(layout.answers)
        if row["verdict"] == VerdictKind.TASK_FAULT
    }


def _short(metrics: dict[str, Any]) -> dict[str, Any]:
    for own in metrics["roles"].values():
        del own["per_task"]
    return metrics
