"""The file of findings, which ``evalpkg report`` reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from evalpkg.contamination.compare import Findings
from evalpkg.contamination.corpus import Corpus
from evalpkg.contamination.grams import LENGTH
from evalpkg.digests import sha256_file
from evalpkg.errors import DataError
from evalpkg.models import TaskSet
from evalpkg.store import pretty_json, read_json, write_atomic


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    touched: list[str]
    tasks: dict[str, Any]


def write_findings(
    path: Path, tasks: TaskSet, corpora: Sequence[Corpus], findings: Findings
) -> None:
    """Write all findings as JSON.

    Raises:
        EnvironmentUnfitError: if the file cannot be written.
    """
    of_task: dict[str, list[dict[str, Any]]] = {task.task_id: [] for task in tasks.tasks}
    for one in findings.findings:
        of_task[one.task_id].append(
            {
                "part": one.part,
                "measure": one.measure,
                "share": round(one.share, 4),
                "found": one.found,
                "of": one.of,
                "where": one.where,
            }
        )
    record = {
        "dataset": tasks.source,
        "dataset_sha256": tasks.digest,
        "gram_tokens": LENGTH,
        "threshold": findings.threshold,
        "corpora": [
            {"name": one.path.name, "sha256": one.sha256, "documents": one.documents}
            for one in corpora
        ],
        "touched": list(findings.touched()),
        "tasks": of_task,
    }
    write_atomic(path, pretty_json(record))


def read_touched(path: Path, task_ids: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return the touched ones of ``task_ids``, and the file's sha256.

    Raises:
        DataError: if ``path`` is no file of findings, or lacks some of these tasks.
    """
    try:
        record = _Record.model_validate(read_json(path))
    except ValidationError as error:
        raise DataError(
            f"{path} was not written by 'evalpkg contamination': {error.errors()[0]['msg']}",
            "'evalpkg contamination --corpus FILE --output F' writes it.",
        ) from error
    unknown = [task_id for task_id in task_ids if task_id not in record.tasks]
    if unknown:
        raise DataError(
            f"{path} lacks {len(unknown)} tasks of this run, such as {unknown[0]}",
            "Compare the corpus with the same --dataset.",
        )
    touched = set(record.touched)
    return tuple(one for one in task_ids if one in touched), sha256_file(path)
