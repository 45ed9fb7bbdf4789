"""Reads the logs of inspect_ai, with inspect_ai's own reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evalpkg.errors import DataError, EnvironmentUnfitError
from evalpkg.samples.faults import Faults
from evalpkg.samples.ids import TaskIds
from evalpkg.samples.rows import Row

ZIP = b"PK\x03\x04"


def is_inspect_log(path: Path, content: bytes) -> bool:
    """Tell whether a file is a log, in either of inspect_ai's two forms."""
    if content.startswith(ZIP):
        return path.suffix == ".eval"
    head = content[:4096].lstrip()
    return head.startswith(b"{") and all(key in head for key in (b'"eval"', b'"status"'))


def rows_of_inspect_log(path: Path, ids: TaskIds, faults: Faults) -> Iterator[Row]:
    """Yield the answers in a log, in the order of its samples and epochs.

    Raises:
        EnvironmentUnfitError: if inspect_ai is not installed.
        DataError: if inspect_ai cannot read the log.
    """
    try:
        from inspect_ai.log import read_eval_log
    except ImportError as error:
        raise EnvironmentUnfitError(
            f"{path} is a log of inspect_ai, and inspect_ai is not installed",
            "Install it: pip install 'evalpkg[inspect]'.",
        ) from error
    try:
        log = read_eval_log(str(path))
    except Exception as error:  # its reader can raise anything
        said = " ".join(str(error).split())[:200]
        raise DataError(f"{path} cannot be read by inspect_ai: {said}") from error
    for sample in log.samples or []:
        where = f"{path}, sample {sample.id}, epoch {sample.epoch}"
        yield from faults.rows(_rows_of(sample, str(log.eval.model), ids, where))


def _rows_of(sample: Any, model: str, ids: TaskIds, where: str) -> Iterator[Row]:
    if not sample.output.choices:
        said = sample.error.message if sample.error else "it has no answer"
        raise DataError(
            f"{where}: {' '.join(said.split())[:200]}", "Ask for it again: inspect eval-retry."
        )
    for choice in sample.output.choices:
        yield {
            "task_id": ids.find(str(sample.id), where),
            "completion": choice.message.text,
            "finish_reason": _REASONS.get(choice.stop_reason, choice.stop_reason or ""),
            "model": model,
        }


_REASONS = {"max_tokens": "length", "model_length": "length"}
"""inspect_ai's stop reasons for an answer that was cut off."""
