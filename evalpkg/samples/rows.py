"""Reads rows of JSON objects: ours, evalplus's, vLLM scripts', lm-eval's, OpenAI batches'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evalpkg.errors import DataError
from evalpkg.samples.ids import TaskIds

Row = dict[str, Any]

IDS = ("task_id", "name", "problem_id", "question_id", "id")
_TEXTS = ("completion", "solution", "generation", "output", "response", "code", "answer", "text")
_LISTS = tuple(f"{name}s" for name in _TEXTS)
KNOWN = frozenset(
    {*IDS, *_TEXTS, *_LISTS, "custom_id", "doc_id", "resps", "filtered_resps", "messages"}
)
"""Fields that show what kind of object it is."""

_NO_INDEX = "Number the samples of a task from 0, or leave 'index' out: their order then counts."
LARGEST_INDEX = 2**63 - 1
DEEPEST = 100
"""Most levels of lists and objects in a row. Python's own limit is not enough: a row is written
again from deeper in the stack than it was read."""


def rows_of(value: Row, ids: TaskIds, where: str) -> Iterator[Row]:
    """Yield the samples in one JSON object, each with ``task_id`` and ``completion``.

    Raises:
        DataError: if it names no task of the set, holds no completion, or is nested too deeply.
    """
    if _depth(value) > DEEPEST:
        raise DataError(
            f"{where}: not valid JSON (nested too deeply)",
            "Is the line cut off? Repair it or remove it.",
        )
    if "custom_id" in value:
        yield from _of_batch(value, ids, where)
    elif "resps" in value or "filtered_resps" in value:
        yield from _of_lm_eval(value, ids, where)
    else:
        yield from _of_object(value, ids, where)


def _of_object(value: Row, ids: TaskIds, where: str) -> Iterator[Row]:
    key = next((key for key in IDS if key in value), None)
    if key is None:
        raise DataError(
            f"{where}: no 'task_id': nothing says which task it answers",
            f"Known fields: {', '.join(IDS)}.",
        )
    written = value[key]
    if not isinstance(written, str | int) or isinstance(written, bool):
        raise DataError(f"{where}: {key!r} is not a text", "Write the task's id as a string.")
    value = _of_chat(value)
    field = next((key for key in (*_TEXTS, *_LISTS) if key in value), None)
    if field is None:
        raise DataError(
            f"{where}: no 'completion'", f"Known fields: {', '.join((*_TEXTS, *_LISTS))}."
        )
    texts = value[field] if isinstance(value[field], list) else [value[field]]
    if not texts:
        raise DataError(f"{where}: {field!r} is an empty list", "Remove the row.")
    rest = {key: value[key] for key in value if key not in (field, "task_id")}
    if len(texts) != 1:
        rest.pop("index", None)
    _check_index(rest, where)
    task = ids.find(str(written), where)
    for text in texts:
        yield {"task_id": task, "completion": text_of(text, where, field), **rest}


def _of_chat(value: Row) -> Row:
    """Return a row with its answers as texts, where it holds a response of OpenAI or a chat."""
    response = value.get("response", value)
    if isinstance(response, dict) and isinstance(response.get("choices"), list):
        texts = [text for text, _ in _answers(response)]
        rest = {key: one for key, one in value.items() if key not in ("response", "choices")}
        return {**rest, "completion": texts}
    messages = value.get("messages")
    if isinstance(messages, list) and not {*_TEXTS, *_LISTS} & value.keys():
        said = [
            one.get("content")
            for one in messages
            if isinstance(one, dict) and one.get("role") == "assistant"
        ]
        rest = {key: one for key, one in value.items() if key != "messages"}
        return {**rest, "completion": said[-1:]}
    return value


def _check_index(row: Row, where: str) -> None:
    if "index" not in row:
        return
    index = row["index"]
    if type(index) is not int or index < 0:
        raise DataError(f"{where}: 'index' is not a whole number of at least 0", _NO_INDEX)
    if index > LARGEST_INDEX:
        raise DataError(f"{where}: 'index' is larger than {LARGEST_INDEX}", _NO_INDEX)


def _of_lm_eval(value: Row, ids: TaskIds, where: str) -> Iterator[Row]:
    """Yield the samples in a line of lm-eval's ``samples_*.jsonl``."""
    document = value.get("doc")
    named = document if isinstance(document, dict) else {}
    written = next((named[key] for key in IDS if isinstance(named.get(key), str)), None)
    if written is not None:
        task = ids.find(written, where)
    elif isinstance(value.get("doc_id"), int):
        task = ids.at(value["doc_id"], where)
    else:
        raise DataError(
            f"{where}: neither doc nor doc_id says which task it answers",
            "Run lm-eval with --log_samples.",
        )
    answers = value.get("resps") or value.get("filtered_resps")
    while isinstance(answers, list) and len(answers) == 1 and isinstance(answers[0], list):
        answers = answers[0]
    if not answers:
        raise DataError(f"{where}: 'resps' is empty", "Remove the row.")
    for text in answers if isinstance(answers, list) else [answers]:
        yield {"task_id": task, "completion": text_of(text, where, "resps")}


def _of_batch(value: Row, ids: TaskIds, where: str) -> Iterator[Row]:
    """Yield the samples in a line of the output of OpenAI's batch endpoint."""
    task = _task_of_request(str(value["custom_id"]), ids, where)
    response = value.get("response")
    told: Row = response if isinstance(response, dict) else {}
    body: Row = told["body"] if isinstance(told.get("body"), dict) else {}
    answers = list(_answers(body))
    if told.get("status_code") != 200 or not answers:
        raise DataError(
            f"{where}: the request {value['custom_id']!r} failed: {value.get('error') or response}",
            "Ask for it again, or remove the line.",
        )
    model = {"model": body["model"]} if isinstance(body.get("model"), str) else {}
    for text, reason in answers:
        yield {
            "task_id": task,
            "completion": text_of("" if text is None else text, where, "content"),
            "finish_reason": reason,
            **model,
        }


def _answers(body: Row) -> Iterator[tuple[object, str]]:
    """Yield each answer's text and finish reason, from any of OpenAI's three endpoints."""
    choices = body.get("choices")
    for choice in choices if isinstance(choices, list) else []:
        choice = choice if isinstance(choice, dict) else {}
        message = choice.get("message")
        message = message if isinstance(message, dict) else {}
        yield message.get("content", choice.get("text")), choice.get("finish_reason") or ""
    outputs = body.get("output")
    said = [
        part
        for item in (outputs if isinstance(outputs, list) else [])
        if isinstance(item, dict) and item.get("type") == "message"
        for part in item.get("content") or []
    ]
    if said:
        yield said, "stop" if body.get("status") == "completed" else "length"


def _task_of_request(written: str, ids: TaskIds, where: str) -> str:
    """Return the task of a custom id: a task id, often with a sample's number after it."""
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


def text_of(value: object, where: str, field: str) -> str:
    """Return a completion that is a text, an object around it, or a list of message parts.

    Raises:
        DataError: if it is none of these.
    """
    if isinstance(value, dict):
        value = value.get("text", value.get("content"))
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        texts = [part.get("text") for part in value if part.get("type", "text").endswith("text")]
        if all(isinstance(text, str) for text in texts):
            value = "".join(texts)
    if not isinstance(value, str):
        raise DataError(
            f"{where}: {field!r} is {'null' if value is None else 'not a text'}",
            "If there was no answer, write an empty text, which counts as a failure; or remove the "
            "row.",
        )
    return value


def _depth(value: Any) -> int:
    """Count the levels of lists and objects, without recursion."""
    depth = 0
    level: list[Any] = [value]
    while True:
        inner = [one for one in level if isinstance(one, list | dict)]
        if not inner:
            return depth
        depth += 1
        level = [x for one in inner for x in (one.values() if isinstance(one, dict) else one)]
