"""Tasks that name crates: which are accepted, and where the crates are looked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from evalpkg.errors import DataError
from evalpkg.models import Task
from evalpkg.tasks import load_tasks
from evalpkg.tasks.loading import exclusions
from evalpkg.tasks.sets import NAMED
from evalpkg.tasks.sets.mends import with_crates, with_ranges

ROW = {
    "task_id": "own/0",
    "prompt": "fn f() -> i32 {\n",
    "entry_point": "f",
    "test": "fn main() { assert_eq!(f(), 1); }",
}
CRATES = NAMED["humanevalpack"].crates


def _load(tmp_path: Path, row: dict[str, object]) -> Task:
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(row) + "\n")
    return load_tasks(str(path)).tasks[0]


def test_a_row_names_crates_with_their_versions(tmp_path: Path) -> None:
    task = _load(tmp_path, {**ROW, "crates": {"regex": "1.10", "md5": ">=0.7, <0.8"}})
    assert task.crates == ("md5 >=0.7, <0.8", "regex 1.10")


def test_an_exported_row_is_read_again(tmp_path: Path) -> None:
    assert _load(tmp_path, {**ROW, "crates": ["regex 1.10"]}).crates == ("regex 1.10",)


@pytest.mark.parametrize(
    "crates", ["regex", {"regex": 1}, {"re gex": "1"}, {"regex": '1"\n[dep]'}, {"regex": ""}]
)
def test_what_names_no_crate_and_version_is_refused(tmp_path: Path, crates: object) -> None:
    with pytest.raises(DataError, match="crates"):
        _load(tmp_path, {**ROW, "crates": crates})


def test_the_example_of_the_docs_names_a_crate(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "dataset.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```json\n(\{.*?\"crates\".*?)\n```", page, re.DOTALL)
    assert _load(tmp_path, json.loads(example)).crates == ("regex 1",)


def test_tasks_that_need_a_crate_are_left_out_only_without_crates() -> None:
    without, with_them = exclusions(), exclusions(crates=True)
    assert {int(name.rpartition("/")[2]) for name in without.keys() - with_them.keys()} == {
        *(38, 50, 53, 91, 162)
    }
    assert {"humanevalpack/32", "humanevalpack-fix/32"} <= with_them.keys()


def test_tests_for_an_old_rand_are_mended() -> None:
    task = Task("t", "use rand::Rng;\nfn f() {\n", "f", "x = rng.gen_range(b'a', b'z' + 1);")
    mended = with_ranges(with_crates(task, CRATES))
    assert mended.test == "x = rng.gen_range(b'a'..b'z' + 1);"
    assert "rand 0.8" in mended.crates
    assert mended.erratum
    assert with_crates(Task("t", "fn f() {\n", "f", ""), CRATES).crates == ()
