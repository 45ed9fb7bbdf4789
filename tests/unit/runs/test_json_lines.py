"""Files of one JSON object a line: what is read, and how what is wrong is told."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from evalpkg.errors import DataError
from evalpkg.store.json_lines import JsonLines, read_objects


def test_objects_come_with_their_line_numbers_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('\ufeff{"a":1}\n\n  \r\n{"b":"\u2028"}'.encode())
    assert list(read_objects(path)) == [(1, {"a": 1}), (4, {"b": "\u2028"})]


def test_a_file_called_gz_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a":1}\n{"a":2}\n'))
    assert [value for _, value in read_objects(path)] == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    "content", [b"no gzip", gzip.compress(b"{}\n" * 99)[:-12]], ids=["other", "cut"]
)
def test_a_damaged_gz_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.jsonl\.gz cannot be read"):
        list(read_objects(path))


def test_gzip_under_another_name_is_told_with_a_cure(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(gzip.compress(b'{"a":1}\n'))
    with pytest.raises(DataError, match="compressed with gzip") as caught:
        list(read_objects(path))
    assert ".gz" in caught.value.cure


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"a":', "not valid JSON (Expecting value, column 6)"),
        (b'{"a":"\xff"}', "not valid JSON (not UTF-8: invalid start byte, byte 6)"),
        (b"[1]", "expected a JSON object"),
        (b"null", "expected a JSON object"),
        (b'{"a":' + b"[" * 200_000, "nested too deeply"),
        (b'{"a":1,"b":2,"a":1}', "the key 'a' occurs twice in one object"),
        (b'{"x":[{"a":1,"a":2}]}', "the key 'a' occurs twice in one object"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(tmp_path: Path, line: bytes, said: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"fine":1}\n' + line + b"\n")
    with pytest.raises(DataError) as caught:
        list(read_objects(path))
    assert caught.value.cause.startswith(f"{path}, line 2: ")
    assert said in caught.value.cause


def test_a_torn_last_line_counts_only_where_no_kill_explains_it(tmp_path: Path) -> None:
    lines = [b'{"a":1}\n', b'{"a":2}']
    assert list(JsonLines(tmp_path, lines)) == [{"a": 1}, {"a": 2}]
    assert list(JsonLines(tmp_path, lines, torn=True)) == [{"a": 1}]


def test_each_line_can_be_found_again(tmp_path: Path) -> None:
    content = b'{"a":1}\n\n{"a":2}\n'
    read = JsonLines(tmp_path, content.splitlines(keepends=True))
    assert [(value["a"], content[read.offset :][:7]) for value in read] == [
        (1, b'{"a":1}'),
        (2, b'{"a":2}'),
    ]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.jsonl cannot be read: No such file"):
        list(read_objects(tmp_path / "none.jsonl"))
