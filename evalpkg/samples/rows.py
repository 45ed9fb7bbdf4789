"""Rows of JSON objects: our own, evalplus's, lm-eval's, and answers of OpenAI batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evalpkg.errors import DataError
from evalpkg.samples.ids import TaskIds

Row = dict[str, Any]

_IDS = ("task_id", "name", "problem_id", "question_id", "id")
_TEXTS = ("completion", "solution", "generation", "output", "response", "code", "answer")
_LISTS = tuple(f"{name}s" for name in _TEXTS)


def rows_of(value: Row, ids: TaskIds, where: str) -> Iterator[Row]:
    """The samples in one JSON object, each with ``task_id`` and ``completion``.

    Raises:
        DataError: if it names no task of the set, or holds no completion.
    """
    if "custom_id" in value:
        yield from _of_batch(value, ids, where)
    elif "resps" in value or "filtered_resps" in value:
        yield from _of_lm_eval(value, ids, where)
    else:
        yield from _of_object(value, ids, where)


def _of_object(value: Row, ids: TaskIds, where: str) -> Iterator[Row]:
    written = next((value[key] for key in _IDS if isinstance(value.get(key), str | int)), None)
    if written is None:
        raise DataError(
            f"{where}: nothing says which task it answers", f"Known fields: {', '.join(_IDS)}."
        )
    field = next((key for key in (*_TEXTS, *_LISTS) if key in value), None)
    if field is None:
        raise DataError(
            f"{where}: there is no completion", f"Known fields: {', '.join((*_TEXTS, *_LISTS))}."
        )
    texts = value[field] if isinstance(value[field], list) else [value[field]]
    rest = {key: value[key] for key in value if key not in (field, "task_id")}
    if len(texts) != 1:
        rest.pop("index", None)
    for text in texts:
        yield {
            "task_id": ids.find(str(written), where),
            "completion": _text(text, where, field),
            **rest,
        }


def _of_lm_eval(value: Row, ids: TaskIds, where: str) -> Iterator[Row]:
    """A line of lm-eval's ``samples_*.jsonl``."""
    document = value.get("doc")
    named = document if isinstance(document, dict) else {}
    written = next((named[key] for key in _IDS if isinstance(named.get(key), str)), None)
    if written is not None:
        task = ids.find(written, where)
    elif isinstance(value.get("doc_id"), int):
        task = ids.at(value["doc_id"], where)
    else:
        raise DataError(f"{where}: neither doc nor doc_id says which task it answers")
    answers = value.get("resps") or value.get("filtered_resps")
    while isinstance(answers, list) and len(answers) == 1 and isinstance(answers[0], list):
        answers = answers[0]
    for text in answers if isinstance(answers, list) else [answers]:
        yield {"task_id": task, "completion": _text(text, where, "resps")}


def _of_batch(value: Row, ids: TaskIds, where: str) -> Iterator[Row]:
    """A line of the output file of OpenAI's batch endpoint."""
    task = _task_of_request(str(value["custom_id"]), ids, where)
    response = value.get("response") or {}
    body = response.get("body") or {}
    choices = body.get("choices")
    if response.get("status_code") != 200 or not isinstance(choices, list):
        raise DataError(
            f"{where}: the request {value['custom_id']!r} failed: {value.get('error') or response}",
            "Ask for it again, or remove the line.",
        )
    for choice in choices:
        message = choice.get("message") or {}
        text = message.get("content", choice.get("text"))
        yield {
            "task_id": task,
            "completion": _text("" if text is None else text, where, "content"),
            "finish_reason": choice.get("finish_reason") or "",
        }


def _task_of_request(written: str, ids: TaskIds, where: str) -> str:
    """A custom id is a task id, often with the number of the sample behind it."""
    try:
        return ids.find(written, where)
    except DataError:
        for mark in ("#", ":", "-", "_", "/"):
            name, found, number = written.rpartition(mark)
            if found and number.isdigit():
                try:
                    return ids.find(name, where)
                except DataError:
                    continue
        raise


def _text(value: object, where: str, field: str) -> str:
    if not isinstance(value, str):
        raise DataError(f"{where}: {field!r} is not a string")
    return value
