"""Loading a task set: what is read, what is refused, and with which words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evalpkg.errors import ConfigError, DataError
from evalpkg.tasks import load_tasks
from evalpkg.tasks.human_eval_rust import DATASET_SHA256

ROW: dict[str, Any] = {
    "task_id": "Mine/1",
    "prompt": "// Doubles.\nfn double(x: i32) -> i32 {",
    "entry_point": "double",
    "test": "mod tests {\n    #[test]\n    fn t() { assert_eq!(super::double(2), 4); }\n}",
    "canonical_solution": "\n    x * 2\n}\n",
}
MULTIPL_E: dict[str, Any] = {
    "name": "HumanEval_53_add",
    "language": "rs",
    "prompt": "/// Add.\nfn add(x: isize, y: isize) -> isize {\n",
    "tests": "}\n\nfn main() {\n    let candidate = add;\n    assert_eq!(candidate(0, 1), 1);\n}\n",
    "stop_tokens": ["\n}"],
}


def write(path: Path, *rows: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def test_the_default_set_has_its_rows_and_digests() -> None:
    tasks = load_tasks()
    assert len(tasks.tasks) == 180
    assert len({task.task_id for task in tasks.tasks}) == 180
    assert tasks.digest == DATASET_SHA256
    assert tasks.overlay_digest
    assert (tasks.source, tasks.variant) == ("human-eval-rust", "repaired")
    assert {task.edition for task in tasks.tasks} == {"2024"}


def test_a_file_of_the_same_fields(tmp_path: Path) -> None:
    found = load_tasks(write(tmp_path / "t.jsonl", ROW)).tasks
    assert [task.task_id for task in found] == ["Mine/1"]
    assert found[0].edition == "2021"
    assert found[0].cluster == "Mine/1"
    assert found[0].erratum == ""


def test_a_cluster_and_an_edition_of_its_own(tmp_path: Path) -> None:
    row = {**ROW, "cluster": "doubling", "edition": "2018"}
    task = load_tasks(write(tmp_path / "t.jsonl", row)).tasks[0]
    assert (task.cluster, task.edition) == ("doubling", "2018")


def test_multipl_e(tmp_path: Path) -> None:
    task = load_tasks(write(tmp_path / "t.jsonl", MULTIPL_E)).tasks[0]
    assert task.task_id == "HumanEval_53_add"
    assert task.entry_point == "add"
    assert task.prompt == MULTIPL_E["prompt"]
    assert task.test.startswith("fn main() {")
    assert task.test.rstrip().endswith("}")


def test_the_entry_point_of_multipl_e_is_the_function_left_open(tmp_path: Path) -> None:
    prompt = "fn helper() -> i32 { 1 }\n\n/// Add.\nfn add(x: isize) -> isize {\n"
    task = load_tasks(write(tmp_path / "t.jsonl", {**MULTIPL_E, "prompt": prompt})).tasks[0]
    assert task.entry_point == "add"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{**ROW, "prompt": None}], "line 1: the field 'prompt' is missing"),
        ([ROW, {k: v for k, v in ROW.items() if k != "test"}], "line 2: the field 'test'"),
        ([ROW, ROW], "line 2: the task id 'Mine/1' was already used in line 1"),
        ([{**ROW, "entry_point": "triple"}], "has no signature of 'triple'"),
        (
            [{**ROW, "prompt": "fn r#match(n: i32) -> i32 {\n", "entry_point": "match"}],
            "'match' of Mine/1 is a raw identifier",
        ),
        ([{**ROW, "prompt": "Double the number."}], "does not end in '{'"),
        ([{**ROW, "test": " "}], "empty test"),
        ([{**ROW, "edition": "2025"}], "edition '2025'"),
        ([{**ROW, "edition": "2015"}], "edition '2015'"),
        ([{**ROW, "task_id": 7}], "'task_id' is not a string"),
        ([{**ROW, "test": "\ud800"}], "half a surrogate pair"),
        ([], "holds no tasks"),
        ([{**MULTIPL_E, "language": "py"}], "for 'py', not for Rust"),
        ([{**MULTIPL_E, "tests": "}\nassert!(true);"}], "no `fn main`"),
        ([{"tests": "}\nfn main() {}"}], "the field 'name' is missing"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(
    tmp_path: Path, rows: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(DataError) as caught:
        load_tasks(write(tmp_path / "t.jsonl", *rows))
    assert message in caught.value.cause


def test_a_truncated_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps(ROW) + "\n" + json.dumps(ROW)[:40] + "\n")
    with pytest.raises(DataError, match="line 2: not valid JSON") as caught:
        load_tasks(str(path))
    assert "cut off" in caught.value.cure


def test_lines_that_are_no_rows_are_named_with_all_others_that_cannot_be_used(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(f'{{"task_id": "a"}}\nnot json\n{json.dumps(ROW)}\n[]\n{json.dumps(ROW)}\n')
    with pytest.raises(DataError) as caught:
        load_tasks(str(path))
    told = [line.strip().split(":")[0] for line in caught.value.cause.splitlines()[1:]]
    assert told == ["line 1", "line 2", "line 4", "line 5"]


def test_a_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("[1, 2]\n")
    with pytest.raises(DataError, match="line 1: expected a JSON object"):
        load_tasks(str(path))


def test_an_unknown_set_names_the_choices() -> None:
    with pytest.raises(DataError, match=r"no task set 'human-eval-rusty'") as caught:
        load_tasks("human-eval-rusty")
    assert "human-eval-rust" in caught.value.cure


def test_ids_keep_the_order_of_the_file_and_limit_cuts() -> None:
    every = [task.task_id for task in load_tasks().tasks]
    chosen = load_tasks(ids=[every[5], every[2]]).tasks
    assert [task.task_id for task in chosen] == [every[2], every[5]]
    assert [task.task_id for task in load_tasks(limit=3).tasks] == every[:3]
    assert load_tasks(limit=3).digest == load_tasks().digest


def test_an_unknown_id_suggests_near_ones() -> None:
    with pytest.raises(DataError, match="no task is called 'CodeGen/53bba69a5d81'") as caught:
        load_tasks(ids=["CodeGen/53bba69a5d81"])
    assert "CodeGen/53bba69a5d80" in caught.value.cure


@pytest.mark.parametrize(
    "arguments", [{"variant": "fixed"}, {"limit": 0}, {"limit": -1}, {"ids": []}]
)
def test_choices_that_cannot_be_used_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        load_tasks(**arguments)


def test_tasks_that_ask_for_one_function_share_a_cluster() -> None:
    tasks = load_tasks().tasks
    by_entry: dict[str, set[str]] = {}
    for task in tasks:
        if task.entry_point != "explain":
            by_entry.setdefault(task.entry_point, set()).add(task.cluster)
    assert all(len(clusters) == 1 for clusters in by_entry.values())
    clusters = {task.task_id: task.cluster for task in tasks}
    assert clusters["CodeGen/237c6ed9b077"] == clusters["CodeGen/33d2246f7dd6"]
    explained = [task.cluster for task in tasks if task.entry_point == "explain"]
    assert len(set(explained)) == 6
    assert not set(explained) & {c for group in by_entry.values() for c in group}
    assert len(set(clusters.values())) == 154
    original = {task.task_id: task.cluster for task in load_tasks(variant="original").tasks}
    assert original == clusters
