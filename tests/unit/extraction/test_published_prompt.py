"""Answers that repeat a published prompt whose imports of crates our prompt does not have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evalpkg.extraction import extract
from evalpkg.models import Task
from evalpkg.tasks.sets.mends import without_unused_crates

HEAD = "fn main(){}\n\nuse std::cmp::max;\nuse rand::Rng;\nuse regex::Regex;\nuse md5;\n\n"
SIGNATURE = "/*\n The larger of two.\n*/\nfn larger(a: i32, b: i32) -> i32 {\n"
BODY = "    max(a, b)\n}\n"
PUBLISHED = Task(
    task_id="humanevalpack/0",
    prompt=HEAD + SIGNATURE,
    entry_point="larger",
    test="#[test]\nfn t() { assert_eq!(larger(1, 2), 2); }",
    canonical_solution=BODY,
    dataset="humanevalpack",
)
REPAIRED = without_unused_crates(PUBLISHED)
ANSWERS = {
    "as bigcode writes it": HEAD + SIGNATURE + BODY,
    "as a chat model copies it": f"Sure!\n```rust\n{HEAD[13:]}{SIGNATURE}{BODY}```\n",
    "without the prompt": BODY,
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_repeats_the_published_prompt_imports_no_absent_crate(answer: str) -> None:
    found = extract(REPAIRED, answer)
    assert found.source is not None
    assert found.main_free
    assert "max(a, b)" in found.source
    assert "use std::cmp::max;" in found.source
    for crate in ("rand", "regex", "md5"):
        assert crate not in found.source


def test_code_that_uses_the_crate_keeps_its_other_lines() -> None:
    answer = HEAD + SIGNATURE + '    Regex::new("a").unwrap();\n' + BODY
    found = extract(REPAIRED, answer)
    assert found.source is not None
    assert 'Regex::new("a")' in found.source


@pytest.mark.parametrize(
    "task",
    [PUBLISHED, replace(REPAIRED, dataset="own.jsonl")],
    ids=["the prompt itself imports them", "another set"],
)
def test_imports_that_are_the_models_own_stay(task: Task) -> None:
    found = extract(task, f"```rust\nuse rand::Rng;\n{SIGNATURE}{BODY}```")
    assert found.source is not None
    assert "use rand::Rng;" in found.source
