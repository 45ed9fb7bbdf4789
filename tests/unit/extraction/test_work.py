"""Reading an answer takes bounded work, and the same answer always ends alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.extraction import LONGEST_CODE, TOO_COMPLEX, Trace, budget, extract
from evalpkg.models import Extraction, Task

TASK = Task("t", "fn f(x: i32) -> i32 {", "f", "")
PIECES = [
    *('r#"', 'r"', '"', "'", "/*", "/**", "//\n", "<", "(", "{", "[", "}", "#[", "#[cfg(x)]\n"),
    *("fn f(x) {\n", "fn f(\n", "use (\n", "use a::{", "impl F { fn f() {\n", "mod tests {\n"),
    *("if x {", "match x {", "a?", "a!(", "{a:", "::<", "macro_rules! m {\n", "static \n"),
    *("```rust\n", "```\n", "<think>", "</think>\n", "> ", "1 | ", "&lt;", "Answer: fn f(){"),
    *("<|im_start|>assistant\n", "[THINK]", "### Response:\n", '"</think>"\n', "x\n", "é"),
]

FILLER = "fn f(x: i32) -> i32 {\n    x\n}\n"


def work_of(text: str) -> tuple[Extraction, int]:
    """Extract from ``text``; return the finding and the amount of work."""
    trace = Trace()
    found = extract(TASK, text, trace)
    return found, trace.work


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4),
    st.integers(1, 4_000),
    st.sampled_from(["", "fn f(x: i32) -> i32 {\n", "```rust\n"]),
)
def test_the_work_is_bounded_and_counted_alike_each_time(
    pieces: list[str], times: int, before: str
) -> None:
    text = (before + "".join(pieces) * times)[: 2 * LONGEST_CODE]
    first = work_of(text)
    extract(TASK, FILLER)  # what is remembered of other answers changes nothing
    assert work_of(text) == first
    assert first[1] <= budget.MOST_WORK


@pytest.mark.parametrize("start", ["use (\n" * 64, "/* */\n", ""])
def test_raw_strings_that_never_end_are_not_read(start: str) -> None:
    text = "fn f(\n" + start + 'r#"' * 10_000
    assert extract(TASK, text).rule == TOO_COMPLEX


def test_a_function_in_fifteen_thousand_blocks_is_found_by_going_down() -> None:
    depth = 5_000
    text = "fn main() {" + "{" * depth + "fn f(x: i32) -> i32 { x }" + "}" * depth + "}\n"
    assert extract(TASK, text).rule == "nested"


def test_an_honest_long_answer_costs_a_fifth_of_what_is_allowed() -> None:
    lines = "".join(f'    let _a{n} = format!("{{}}", x + {n});\n' for n in range(300))
    found, spent = work_of(f"Here:\n```rust\nfn f(x: i32) -> i32 {{\n{lines}    x\n}}\n```\n")
    assert found.rule == "fenced_function"
    assert spent < budget.MOST_WORK / 5


def test_a_name_of_many_words_is_read_in_one_way_only() -> None:
    """A pattern that splits it in every possible way would not end within a lifetime."""
    text = f"<{'a_' * 200}!\n    x\n}}\n</think>{'a-_' * 200}<{'b:' * 200}"
    assert work_of(text)[1] < budget.MOST_WORK


@pytest.mark.parametrize("piece", ["-->", "- ->"])
@pytest.mark.parametrize("before", ["", "fn twice(n: i32) -> i32 {\n", "```rust\n"])
def test_a_text_from_which_the_parser_recovers_in_many_ways_is_too_complex(
    piece: str, before: str
) -> None:
    task = Task("t", "fn twice(n: i32) -> i32 {\n", "twice", "")
    trace = Trace()
    found = extract(task, before + piece * (30_000 // len(piece)), trace)
    assert found.rule == TOO_COMPLEX
    assert trace.work == budget.MOST_WORK


def test_the_work_is_the_same_whether_a_tree_is_kept_or_not() -> None:
    task = Task("t", "fn twice(n: i32) -> i32 {\n", "twice", "")
    text = "fn twice(n: i32) -> i32 {\n" + "-->" * 200
    first, second = Trace(), Trace()
    extract(task, text, first)
    extract(task, text, second)
    assert first.work == second.work
