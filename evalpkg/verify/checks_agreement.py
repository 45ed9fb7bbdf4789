"""Check that equal programs, answers and prompts have equal facts, and that counts are possible."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import Any

from evalpkg.generation import LOADING
from evalpkg.models import Role, Row, VerdictKind
from evalpkg.store import CANONICAL, PROMPT, STUB, read_objects
from evalpkg.tasks import stub
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.checks_rows import place
from evalpkg.verify.files import Evidence

_DIGEST = re.compile("([0-9a-f]{64})?")

_CODE = re.compile(r"error\[(E[0-9]{4})\]")

_HURRIED = (VerdictKind.TIMEOUT, VerdictKind.RESOURCE_LIMIT)
"""Verdicts that may differ between runs of the same program."""

JUDGED = ("compile_ok", "main_free", "error_code", "detail", "extraction_rule", "program_sha256")
GIVEN = (
    *("completion", "finish_reason", "prompt_tokens", "completion_tokens", "prompt_sha256"),
    "completion_ids_sha256",
)
"""Fields of ``verdicts.jsonl`` that the scorer wrote, and those that its file had before."""


def check_agreement(evidence: Evidence) -> Check:
    """Check rows against each other, the prompts, the limits and ``verdicts.jsonl``."""
    mode = evidence.modes[0]
    rows = [(role, row) for role in evidence.roles for row in evidence.rows[mode, role]]
    problems: list[str] = []
    seen: dict[Hashable, object] = {}
    for role, row in rows:
        found = [*_of_error(row), *_of_digests(row), *_of_source(evidence, role, row)]
        if evidence.metadata.arguments.get("backend") in LOADING:
            found += _of_tokens(evidence, row)
        for key, value, text in _facts(role, row):
            if seen.setdefault(key, value) != value:
                found.append(f"{text} {value!r:.80}, and an equal one has {seen[key]!r:.80}")
        problems += [f"{place(mode, role, row)}: {text}" for text in found]
    problems += _of_prompts(evidence, rows)
    problems += _of_answers(evidence)
    return conclude("agreement", problems, "equal programs, answers and prompts have equal facts")


def _facts(role: Role, row: Row) -> Iterator[tuple[Hashable, object, str]]:
    """Yield facts with a key; rows with equal keys must have equal facts."""
    if row.program_sha256 and row.compile_ok is not None and row.verdict not in _HURRIED:
        key = ("program", row.task_id, row.program_sha256)
        yield key, (row.compile_ok, row.error_code), "compiled, error code:"
    if row.completion_ids_sha256:
        tokens = ("tokens", role, row.completion_ids_sha256)
        yield tokens, (row.completion, row.completion_tokens), "text and number of its tokens:"
    if row.prompt_sha256:
        prompt = ("prompt", role, row.prompt_sha256)
        yield prompt, row.prompt_tokens, "tokens of its prompt:"


def _of_error(row: Row) -> Iterator[str]:
    """Check that the error code is the one in the compiler's message."""
    if row.verdict is not VerdictKind.COMPILE_ERROR:
        return
    told = _CODE.match(row.detail)
    code = row.error_code or ""
    if (told and told[1] != code) or (not told and re.fullmatch("E[0-9]{4}", code)):
        yield f"error_code is {row.error_code!r}, and the compiler said {row.detail!r:.60}"


def _of_digests(row: Row) -> Iterator[str]:
    for name in ("program_sha256", "completion_ids_sha256"):
        if not _DIGEST.fullmatch(getattr(row, name)):
            yield f"{name} is {getattr(row, name)!r:.80}, which is no sha256"


def _of_source(evidence: Evidence, role: Role, row: Row) -> Iterator[str]:
    """Check samples whose text follows from their task."""
    arguments = evidence.metadata.arguments
    source = arguments.get(f"replay_{role.value}") if arguments.get("backend") == "replay" else ""
    task = evidence.task(row.task_id)
    if source not in (CANONICAL, STUB) or task is None:
        return
    text = task.canonical_solution if source == CANONICAL else stub(task)
    expected = (text, "stop", 0, 0, "", "")
    for name, wanted in zip(GIVEN, expected, strict=True):
        if getattr(row, name) != wanted:
            yield f"{name} is {getattr(row, name)!r:.80}, expected {wanted!r:.80} of {source}"


def _of_tokens(evidence: Evidence, row: Row) -> Iterator[str]:
    """Check an answer's end and length against the limit that the backend enforced."""
    limit = evidence.metadata.arguments.get("max_new_tokens")
    if row.finish_reason not in ("stop", "length"):
        yield f"finish_reason is {row.finish_reason!r:.40}, expected stop or length"
    if not isinstance(limit, int):
        return
    if row.completion_tokens > limit:
        yield f"{row.completion_tokens} tokens, and the limit is {limit}"
    if row.finish_reason == "length" and row.completion_tokens != limit:
        yield f"cut at {row.completion_tokens} tokens, and the limit is {limit}"


def _of_prompts(evidence: Evidence, rows: list[tuple[Role, Row]]) -> Iterator[str]:
    """Check the number of each prompt's tokens, if the prompts are stored with their tokens."""
    path = evidence.layout.prompts
    if not path.exists():
        return
    known = {prompt.key: len(prompt.ids) for prompt in PROMPT.read(path) if prompt.ids}
    for role, row in rows:
        count = known.get((role, row.task_id), row.prompt_tokens)
        if row.prompt_tokens != count:
            yield (
                f"{role.value} {row.task_id} {row.index}: prompt_tokens is {row.prompt_tokens}, "
                f"expected {count} as in {path.name}"
            )


def _of_answers(evidence: Evidence) -> Iterator[str]:
    """Check ``verdicts.jsonl`` against the rows; rows of a task have the same order in both."""
    path, mode = evidence.layout.answers, evidence.modes[0]
    if not path.exists():
        return
    rows: dict[tuple[Role, str], list[Row]] = defaultdict(list)
    for role in evidence.roles:
        for row in evidence.rows[mode, role]:
            rows[role, row.task_id].append(row)
    alone = evidence.roles[0].value if len(evidence.roles) == 1 else ""
    places: dict[tuple[str, str], int] = defaultdict(int)
    count = 0
    for number, told in read_objects(path):
        count += 1
        key = (str(told.get("role", alone)), str(told.get("task_id")))
        own = rows.get((Role(key[0]), key[1]), []) if key[0] in set(Role) else []
        if places[key] >= len(own):
            yield f"{path.name}, line {number}: no row of {key[0]} {key[1]} is left for it"
            continue
        row = own[places[key]]
        places[key] += 1
        for name, found, expected in _answer_fields(told, row):
            if found != expected:
                yield (
                    f"{path.name}, line {number}: {name} is {found!r:.80}, expected "
                    f"{expected!r:.80}"
                )
    total = sum(map(len, rows.values()))
    if count != total:
        yield f"{path.name}: {count} rows, expected {total}"


def _answer_fields(told: dict[str, Any], row: Row) -> Iterator[tuple[str, object, object]]:
    """Yield name, value and expected value of each field that the run's row has too."""
    yield "verdict", told.get("verdict"), row.verdict.value
    yield "passed", told.get("passed"), row.verdict is VerdictKind.PASSED
    for name in JUDGED:
        yield name, told.get(name), getattr(row, name)
    for name in GIVEN:
        expected = getattr(row, name)
        if isinstance(told.get(name), type(expected)):
            yield name, told[name], expected
