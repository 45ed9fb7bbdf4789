"""Incident: a line that could be read ended the scoring of its whole file with a traceback.

A nesting just below what the JSON decoder takes passed the check of the lines, which is made near
the bottom of the stack; the row was then read again from deeper in it, and did not fit any more.
An index of 2**63 passed the check too, and not into the array that indexes are kept in. Task files
had neither check.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalpkg.errors import DataError
from evalpkg.samples import read_recorded
from evalpkg.store.files import canonical_json
from evalpkg.store.json_lines import read_objects
from tests.redteam import corpus

Row = dict[str, Any]
TASKS = list(corpus.tasks().values())
ROW = '{"task_id": "red/add", "completion": "", KEY}\n'


def nested(depth: int) -> str:
    return f'"note": {"[" * depth}{"]" * depth}'


def row(path: Path, key: str) -> Path:
    path.write_text(ROW.replace("KEY", key))
    return path


def test_what_is_read_once_can_be_read_from_deeper_in_the_stack(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    accepted = 0
    for depth in range(1, 1200):
        try:
            found = rows_of(row(path, nested(depth)))
        except DataError:
            continue
        accepted = depth
        assert from_deeper(lambda: canonical_json(found[0]), 500)  # noqa: B023
    assert 50 < accepted < 500
    with pytest.raises(DataError, match=r"line 1: not valid JSON \(nested too deeply\)"):
        rows_of(row(path, nested(accepted + 1)))


def rows_of(path: Path) -> tuple[Row, ...]:
    return read_recorded([str(path)], TASKS, {task.task_id for task in TASKS}).rows


def from_deeper(work: Callable[[], str], frames: int) -> str:
    return work() if frames == 0 else from_deeper(work, frames - 1)


@pytest.mark.parametrize("index", [2**63, 10**30])
def test_an_index_too_large_to_keep_is_a_bad_line(tmp_path: Path, index: int) -> None:
    path = row(tmp_path / "s.jsonl", f'"index": {index}')
    with pytest.raises(DataError, match="line 1: 'index' is larger than"):
        rows_of(path)


def test_the_largest_index_is_kept(tmp_path: Path) -> None:
    found = rows_of(row(tmp_path / "s.jsonl", f'"index": {2**63 - 1}'))
    assert found[0]["index"] == 2**63 - 1


def test_an_unknown_task_is_named_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps({"task_id": "x" * 1_000_000, "completion": ""}))
    with pytest.raises(DataError) as caught:
        rows_of(path)
    assert len(caught.value.cause) < 1000


@pytest.mark.parametrize("key", [nested(5000), '"note": ' + "1" * 5000])
def test_a_task_file_may_not_overflow_either(tmp_path: Path, key: str) -> None:
    with pytest.raises(DataError, match="line 1: not valid JSON"):
        list(read_objects(row(tmp_path / "t.jsonl", key)))
