"""Rows are found again by position, whatever their bytes, and every bad line is named."""

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.errors import DataError
from evalpkg.models import Task
from evalpkg.pipeline.rows_index import RowsIndex

TASKS = [Task(name, "fn f() {", "f", "") for name in ("A/1", "B/2", "C/3")]

samples = st.lists(
    st.fixed_dictionaries(
        {"task_id": st.sampled_from([task.task_id for task in TASKS]), "completion": st.text()},
        optional={"index": st.integers(0, 2**40), "note": st.none() | st.text()},
    ),
    max_size=30,
)


@pytest.mark.slow
@given(rows=samples, ascii_only=st.booleans(), ending=st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_every_row_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, object]],
    ascii_only: bool,
    ending: str,
) -> None:
    path = tmp_path_factory.mktemp("rows") / "samples.jsonl"
    text = "".join(json.dumps(row, ensure_ascii=ascii_only) + ending for row in rows)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    index = RowsIndex.of(path, TASKS)
    with path.open("rb") as file:
        assert [index.read(file, row) for row in range(len(index))] == rows
    by_task = index.by_task()
    assert sorted(by_task) == list(range(len(rows)))
    assert [index.task[row] for row in by_task] == sorted(index.task)
    seen = {task.task_id: 0 for task in TASKS}
    for number, row in enumerate(rows):
        assert index.sample[number] == row.get("index", seen[str(row["task_id"])])
        seen[str(row["task_id"])] += 1


def test_equal_lines_have_equal_digests_and_others_do_not(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    one, two = (json.dumps({"task_id": "A/1", "completion": text}) for text in "xy")
    path.write_text(f"{one}\n{two}\n  {one}  \n")
    index = RowsIndex.of(path, TASKS)
    assert index.digest(0) == index.digest(2) != index.digest(1)
    assert [index.line_number(row) for row in range(3)] == [1, 2, 3]


def test_deeply_nested_json_is_a_bad_line_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text('{"task_id": "A/1", "completion": ' + "[" * 200_000)
    with pytest.raises(DataError, match="line 1: not valid JSON"):
        RowsIndex.of(path, TASKS)


def test_bytes_that_are_not_utf8_are_a_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(b'{"task_id": "A/1", "completion": "\xff"}\n')
    with pytest.raises(DataError, match="line 1"):
        RowsIndex.of(path, TASKS)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.jsonl cannot be read"):
        RowsIndex.of(tmp_path / "none.jsonl", TASKS)


def test_a_pipe_is_refused_before_anything_is_read() -> None:
    reader, writer = os.pipe()
    os.close(writer)
    try:
        with pytest.raises(DataError, match="is a pipe"):
            RowsIndex.of(Path(f"/dev/fd/{reader}"), TASKS)
    finally:
        os.close(reader)


def test_memory_does_not_grow_with_the_completions(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    with path.open("w") as out:
        for _ in range(200):
            out.write(json.dumps({"task_id": "A/1", "completion": "x" * 50_000}) + "\n")
    index = RowsIndex.of(path, TASKS)
    held = sum(
        len(part) * getattr(part, "itemsize", 1)
        for part in (index.task, index.sample, index._offset, index._line, index._digests)
    )
    assert held <= 40 * len(index)


def test_a_compressed_file_is_named_as_one(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"task_id": "A/1", "completion": ""}\n'))
    with pytest.raises(DataError, match="compressed with gzip"):
        RowsIndex.of(path, TASKS)
