from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.errors import DataError, EnvironmentUnfitError
from evalpkg.models import Row, Task, VerdictKind
from evalpkg.store.records import ROW, TASK, read_rows, read_tasks
from tests.unit.runs.result_records import TASKS

maybe_text = st.none() | st.text()
ANY_ROW = st.builds(
    Row,
    task_id=st.text(),
    index=st.integers(0),
    completion=st.text(alphabet=st.characters(exclude_categories=())),
    verdict=st.sampled_from(VerdictKind),
    passed=st.booleans(),
    compile_ok=st.none() | st.booleans(),
    main_free=st.booleans(),
    error_code=maybe_text,
    detail=st.text(),
    source=maybe_text,
    extraction_rule=st.text(),
    policy_violations=st.lists(st.text()).map(tuple),
)
A_ROW = Row("T/0", 0, "x", VerdictKind.PASSED, True, True, True, None, "", "fn f(){}", "body")


@given(row=ANY_ROW)
def test_a_row_is_read_back_equal_from_one_line_of_utf_8(row: Row) -> None:
    line = ROW.line(row)
    assert line.encode("utf-8").count(b"\n") == 1
    # Two halves of a pair, written one after the other, are read as the character they make.
    assert ROW.line(ROW.parse(json.loads(line))) == line or "\\ud" in line
    if "\\ud" not in line:
        assert ROW.parse(json.loads(line)) == row


def test_rows_survive_a_file(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "rows.jsonl"
    ROW.write(path, [A_ROW, A_ROW])
    assert read_rows(path) == [A_ROW, A_ROW]
    assert [entry.name for entry in path.parent.iterdir()] == ["rows.jsonl"]


def test_tasks_survive_a_file(tmp_path: Path) -> None:
    TASK.write(tmp_path / "tasks.jsonl", TASKS)
    assert read_tasks(tmp_path / "tasks.jsonl") == TASKS


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"passed": "yes"}, "passed: input should be a valid boolean, found 'yes'"),
        ({"passed": 1}, "passed: input should be a valid boolean, found 1"),
        ({"index": True}, "index: input should be a valid integer"),
        ({"index": 1.0}, "index: input should be a valid integer"),
        ({"verdict": "won"}, "verdict: input should be 'passed'"),
        ({"policy_violations": [1]}, "policy_violations"),
        ({"policy_violations": "unsafe"}, "policy_violations"),
        ({"compile_ok": 0}, "compile_ok: input should be a valid boolean"),
        ({"extra": 1}, "unknown field 'extra'"),
    ],
)
def test_a_value_of_another_type_is_named(tmp_path: Path, change: dict, said: str) -> None:
    path = tmp_path / "rows.jsonl"
    line = {**json.loads(ROW.line(A_ROW)), **change}
    path.write_text(ROW.line(A_ROW) + json.dumps(line) + "\n")
    with pytest.raises(DataError, match="line 2: not a result row") as caught:
        read_rows(path)
    assert said in caught.value.cause


def test_a_field_that_is_missing_is_named(tmp_path: Path) -> None:
    line = json.loads(ROW.line(A_ROW))
    del line["verdict"]
    (tmp_path / "rows.jsonl").write_text(json.dumps(line) + "\n")
    with pytest.raises(DataError, match="verdict is missing"):
        read_rows(tmp_path / "rows.jsonl")


@pytest.mark.parametrize("content", [b"{\n", b"[]\n", b"\xff\n", b"[" * 100_000 + b"\n"])
def test_what_is_not_json_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rows.jsonl").write_bytes(content)
    with pytest.raises(DataError, match="rows"):
        read_rows(tmp_path / "rows.jsonl")


def test_a_task_with_a_wrong_field_is_named(tmp_path: Path) -> None:
    (tmp_path / "tasks.jsonl").write_text('{"task_id":1}\n')
    with pytest.raises(DataError, match="not a task"):
        read_tasks(tmp_path / "tasks.jsonl")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentUnfitError, match="cannot write"):
        ROW.write(tmp_path / "file" / "rows.jsonl", [A_ROW])


def test_fields_with_a_default_may_be_absent() -> None:
    line = json.loads(ROW.line(A_ROW))
    del line["policy_violations"], line["prompt_sha256"]
    assert ROW.parse(line) == A_ROW
    assert Task("a", "b", "c", "d").edition == "2021"
