"""Of a folder only the samples are read, and messages about several models can be followed."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from evalpkg.errors import DataError
from tests.unit.samples.test_formats import ADD, found, written


@pytest.mark.parametrize(
    "name",
    [".ipynb_checkpoints/s-checkpoint.jsonl", "._s.jsonl", ".git/s.json", "a/.b/c/add.rs"],
)
def test_hidden_files_and_what_is_no_file_are_no_samples(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, "s.jsonl", {"task_id": ADD, "completion": "a"})
    copy = tmp_path / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(path.read_bytes())
    os.mkfifo(tmp_path / "pipe.jsonl")
    for kind in ("folder.jsonl", "folder.rs"):
        (tmp_path / kind).mkdir()
    assert found(tmp_path) == [(ADD, "a")]


def test_a_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").symlink_to("nowhere")
    with pytest.raises(DataError, match=r"s\.jsonl cannot be read: No such file"):
        found(tmp_path)


@pytest.mark.parametrize("name", ["a b", "{'name': 'a'}", "$HOME", "a:b"])
def test_the_command_that_the_message_gives_can_be_pasted(tmp_path: Path, name: str) -> None:
    rows = [{"task_id": ADD, "completion": one, "model": one} for one in (name, "other")]
    path = written(tmp_path, "s t.jsonl", *rows)
    with pytest.raises(DataError) as refused:
        found(path)
    words = shlex.split(refused.value.cure.removesuffix("."))
    assert {f"{path}:{name}", f"{path}:other"} <= set(words)
    assert words[words.index("(--model") + 1] in (f"{name}),", "other),")


@pytest.mark.parametrize("key", ["samples", "data"])
def test_rows_inside_of_an_object_are_not_taken_for_tasks(tmp_path: Path, key: str) -> None:
    path = written(tmp_path, "s.json", {key: [{"task_id": ADD, "completion": "a"}]})
    with pytest.raises(DataError, match="no 'task_id': nothing says which task it answers"):
        found(path)


def test_one_rust_file_is_refused_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / "add.rs").write_text("fn add() {}")
    with pytest.raises(DataError, match="one Rust file, and a folder of such files is read"):
        found(tmp_path / "add.rs")
