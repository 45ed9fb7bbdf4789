"""Tasks that a corpus holds are found, in any disguise that keeps their shape; others are not."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

import evalpkg.contamination.corpus as corpus_module
from evalpkg.contamination import Findings, compare, read_touched
from evalpkg.contamination.corpus import Corpus, Document
from evalpkg.errors import DataError
from evalpkg.models import Task

SUM = Task(
    "own/sum",
    "/// The sum of the squares of all even numbers in a list, or zero for an empty list.\n"
    "fn squares(numbers: &[i64]) -> i64 {\n",
    "squares",
    "mod tests { use super::*; #[test] fn t() { assert_eq!(squares(&[1, 2, 3, 4]), 20); "
    "assert_eq!(squares(&[]), 0); assert_eq!(squares(&[6, 7, 8]), 100); } }",
    "    let mut total = 0;\n    for number in numbers {\n        if number % 2 == 0 {\n"
    "            total += number * number;\n        }\n    }\n    total\n}",
)
WORDS = Task(
    "own/words",
    "/// The longest word of a text, the first of several, and nothing where there is none.\n"
    "fn longest(text: &str) -> Option<&str> {\n",
    "longest",
    'fn main() { assert_eq!(longest("a bb cc"), Some("bb")); assert_eq!(longest(""), None); }',
    "    text.split(' ').filter(|word| !word.is_empty()).rev().max_by_key(|word| word.len())\n}",
)
RENAMED = (
    "fn add(values: &[i64]) -> i64 {\n let mut acc = 5;\n for v in values { // each\n"
    " if v % 3 == 1 { acc += v * v; } }\n acc\n}"
)


def _found(text: str) -> Findings:
    return compare([SUM, WORDS], [Document("here, line 1", text)])


def _share(findings: Findings, part: str, measure: str) -> float:
    wanted = ("own/sum", part, measure)
    return next(
        one.share for one in findings.findings if (one.task_id, one.part, one.measure) == wanted
    )


def test_a_copied_solution_is_found_with_its_place() -> None:
    findings = _found("before\n" + SUM.prompt + SUM.canonical_solution + "\nafter")
    assert findings.touched() == ("own/sum",)
    assert _share(findings, "prompt", "tokens") == 1
    assert {one.where for one in findings.findings if one.share == 1} == {"here, line 1"}


def test_other_names_and_numbers_are_found_by_their_shape() -> None:
    findings = _found(f"Sure:\n```rust\n{RENAMED}\n```\nDone.")
    assert _share(findings, "solution", "tokens") == 0
    assert _share(findings, "solution", "trees") >= 0.5
    assert findings.touched() == ("own/sum",)


def test_another_solution_is_not() -> None:
    other = "fn squares(n: &[i64]) -> i64 { n.iter().filter(|x| *x % 2 == 0).map(|x| x * x).sum() }"
    assert _found(other).touched() == ()


def test_tests_alone_are_found() -> None:
    assert _found(SUM.test).touched() == ("own/sum",)


def test_what_all_prompts_of_a_set_begin_with_tells_nothing() -> None:
    head = (
        "use std::{slice::Iter, cmp::{max, self}, mem::replace, collections::{HashSet, HashMap}};\n"
    )
    tasks = [replace(task, prompt=head + task.prompt) for task in (SUM, WORDS)]
    findings = compare(tasks, [Document("here", head + "fn main() {}")])
    assert {one.found for one in findings.findings} == {0}


def test_bits_of_many_documents_do_not_add_up() -> None:
    text = SUM.prompt + SUM.canonical_solution
    pieces = [text[i : i + 60] for i in range(0, len(text), 5)]
    documents = [Document(str(i), piece) for i, piece in enumerate(pieces)]
    assert compare([SUM], documents).touched() == ()


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz", "text.txt", "text.rs.zst"])
def test_every_kind_of_file_is_read(tmp_path: Path, name: str) -> None:
    text = SUM.prompt + SUM.canonical_solution
    row = json.dumps({"messages": [{"content": "hello"}, {"content": text}]}) + "\n"
    plain = (row if "rows" in name else text).encode()
    path = tmp_path / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(plain))
    elif name.endswith(".zst"):
        zstandard = pytest.importorskip("zstandard", reason="the extra 'zstd' is not installed")
        path.write_bytes(zstandard.ZstdCompressor().compress(plain))
    else:
        path.write_bytes(plain)
    read: list[int] = []
    corpus = Corpus(path)
    assert compare([SUM, WORDS], corpus.read(read.append)).touched() == ("own/sum",)
    assert sum(read) == path.stat().st_size
    assert len(corpus.sha256) == 64


def test_what_stands_across_two_blocks_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus_module, "BLOCK", 4096)
    monkeypatch.setattr(corpus_module, "OVERLAP", 1024)
    path = tmp_path / "text.txt"
    text = SUM.prompt + SUM.canonical_solution
    before = "x\n" * (2048 - len(text) // 4)
    path.write_text(before + text + "\n" + "z\n" * 900)
    corpus = Corpus(path)
    findings = compare([SUM], corpus.read())
    assert corpus.documents == 2
    assert _share(findings, "solution", "tokens") == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", b"{}\nno json\n", "line 2"),
        ("a.parquet", b"PAR1", "a table"),
        ("a.txt.gz", b"not packed", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=said):
        list(Corpus(path).read())


def test_a_file_about_other_tasks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    path.write_text(json.dumps({"touched": ["a"], "tasks": {"a": [], "b": []}}))
    assert read_touched(path, ["b", "a"])[0] == ("a",)
    with pytest.raises(DataError, match="lacks 1 tasks of this run"):
        read_touched(path, ["a", "c"])
