"""Reads the samples of another run from its directory."""

from __future__ import annotations

from pathlib import Path

from evalpkg.errors import DataError
from evalpkg.models import Mode, Role
from evalpkg.samples.formats import Told
from evalpkg.samples.models import of_one_model
from evalpkg.samples.rows import Row
from evalpkg.store import SAMPLE, RunLayout, SampleLog, read_bytes, read_rows

_KEPT = ("completion", "finish_reason", "prompt_tokens", "completion_tokens", "prompt_sha256")


def is_run(path: Path) -> bool:
    """Tell whether ``path`` is the output directory of a run."""
    return RunLayout(path).config.is_file() and RunLayout(path).tasks.is_file()


def rows_of_run(path: Path, model: str, role: Role | None, told: Told) -> list[Row]:
    """Return the samples of one model of a run.

    A merged run has no logs; its samples are read from its rows.

    Args:
        path: the run's directory.
        model: ``base`` or ``finetuned``; empty if ``role`` or the run itself decides.
        role: the model to take if the run has both and ``model`` is empty.
        told: called with each file's name and content.

    Raises:
        DataError: if the run has no samples, or has two models and neither is chosen.
    """
    layout = RunLayout(path)
    rows: list[Row] = []
    if layout.samples_log.is_file():
        told("samples.jsonl", read_bytes(layout.samples_log))
        samples = SampleLog(layout.samples_log).read()
        rows = [{**SAMPLE.values(sample), "role": sample.role.value} for sample in samples]
    else:
        for own in Role:
            file = next((f for m in Mode if (f := layout.samples(m, own)).is_file()), None)
            if file is not None:
                told(file.name, read_bytes(file))
                rows += [
                    {
                        "role": own.value,
                        "task_id": row.task_id,
                        "index": row.index,
                        **{name: getattr(row, name) for name in _KEPT},
                    }
                    for row in read_rows(file)
                ]
    if not rows:
        raise DataError(
            f"{path} is the directory of a run without samples",
            "Is it the right one? `evalpkg status DIR` shows what a run has.",
        )
    roles = {row["role"] for row in rows}
    if not model and role is not None and role.value in roles:
        model = role.value
    return of_one_model(rows, model, str(path))
