"""Properties of the extraction of any answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalpkg.extraction import LONGEST_ANSWER, WITHOUT_PROGRAM, extract
from evalpkg.extraction.fences import scan
from evalpkg.models import Task
from evalpkg.tasks import load_tasks

PROMPT = "// Doubles.\nfn double(x: i32) -> i32 {"
TASK = Task("t", PROMPT, "double", "")
FUNCTION = "fn double(x: i32) -> i32 {\n    x * 2\n}"

FRAGMENTS = st.sampled_from(
    [
        *("fn double(x: i32) -> i32 {", "x * 2", "}", "{", "```", "```rust", "~~~", "\n", "\n\n"),
        *('"', "'", 'r#"', '"#', "/*", "*/", "// fn double", "#[test]", "mod m {", "impl S {"),
        *("use std::fmt;", "use std::{", "fn main() {", "let y =", "It's so.", "\\", "\r\n", "é"),
        *("<think>", "</think>", "<|im_end|>", "\0", "\ud800", "macro_rules! m {", "#![", "::"),
    ]
)
# Words as people put them around code; code itself and fences cannot come of them.
PROSE = st.lists(
    st.sampled_from(
        [
            "so",
            "it's",
            "the",
            "function,",
            "(you)",
            "don't",
            "need",
            '"more"',
            "here:",
            "use",
            "a",
            "loop.",
        ]
    ),
    min_size=1,
    max_size=12,
).map(" ".join)

# Expressions with what breaks a reader that counts braces or quotation marks.
EXPRESSIONS = st.lists(
    st.sampled_from(
        [
            "let _ = '{';",
            "let _ = '\\'';",
            'let _ = "}} ``` {\\"";',
            'let _ = r##"" }"# {"##;',
            'let _: &\'static str = "a";',
            "/* } /* { */ */",
            "// } \" '",
            "'label: loop { break 'label; }",
            "let _ = [b'}', b'\"'];",
            "if x > 1 { let _ = || { x }; }",
        ]
    ),
    max_size=5,
)


def function(lines: list[str]) -> str:
    inner = "".join(f"    {line}\n" for line in lines)
    return f"fn double(x: i32) -> i32 {{\n{inner}    x * 2\n}}"


@pytest.mark.slow
@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(FRAGMENTS, max_size=25).map("".join)))
def test_any_text_gives_an_answer_that_can_be_written(text: str) -> None:
    found = extract(TASK, text)
    assert (found.source is None) == (found.rule in WITHOUT_PROGRAM)
    if found.source is not None:
        found.source.encode()


@settings(deadline=None)
@given(EXPRESSIONS)
def test_a_function_alone_is_the_program(lines: list[str]) -> None:
    assert extract(TASK, function(lines)).source == function(lines)


@settings(deadline=None)
@given(EXPRESSIONS, PROSE, PROSE, st.sampled_from(["```rust", "```", "~~~", "````Rust"]))
def test_a_fenced_function_is_the_program(
    lines: list[str], before: str, after: str, fence: str
) -> None:
    closing = fence.rstrip("rustR")
    text = f"{before}\n\n{fence}\n{function(lines)}\n{closing}\n\n{after}"
    assert extract(TASK, text).source == function(lines)


@settings(deadline=None)
@given(EXPRESSIONS, PROSE, PROSE)
def test_prose_around_an_unfenced_function_changes_nothing(
    lines: list[str], before: str, after: str
) -> None:
    text = f"{before}\n\n{function(lines)}\n\n{after}\n"
    found = extract(TASK, text)
    assert found.source == function(lines)
    assert found.rule == "function"


@settings(deadline=None)
@given(EXPRESSIONS, st.booleans(), PROSE)
def test_a_body_goes_on_where_the_prompt_stopped(
    lines: list[str], closed: bool, after: str
) -> None:
    rest = function(lines).partition("{")[2]
    assert extract(TASK, rest).source == PROMPT + rest
    cut = rest.removesuffix("}")
    assert extract(TASK, cut).source == f"{PROMPT}{cut}\n}}\n"
    followed = extract(TASK, f"{rest}\n}}\n\n{after}")
    assert followed.source == PROMPT + rest
    assert followed.rule == "body"


@settings(deadline=None)
@given(EXPRESSIONS)
def test_carriage_returns_change_nothing(lines: list[str]) -> None:
    text = f"So:\n```rust\n{function(lines)}\n```\n"
    assert extract(TASK, text.replace("\n", "\r\n")) == extract(TASK, text)


@settings(deadline=None)
@given(EXPRESSIONS, st.integers(min_value=0))
def test_a_function_cut_off_anywhere_is_kept_for_the_compiler(
    lines: list[str], position: int
) -> None:
    whole = function(lines)
    start = len("fn double(x: i32) -> i32 {")
    cut = whole[: start + position % (len(whole) - start)]
    found = extract(TASK, cut)
    assert found.rule.removesuffix("_broken").removesuffix("_unclosed") in (
        *("function", "nested", "body"),
    )
    assert found.source is not None
    assert cut.rstrip() in found.source


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="`~\r\n"), max_size=20), max_size=6))
def test_what_is_in_a_fence_comes_out(lines: list[str]) -> None:
    content = "\n".join(lines)
    found = scan(f"a\n````x\n{content}\n````\nb")
    assert [block.code for block in found.blocks] == [content]
    assert found.outside == ("a", "b")


@pytest.mark.parametrize("variant", ["repaired", "original"])
def test_every_reference_solution_is_found(variant: str) -> None:
    for task in load_tasks(variant=variant).tasks:
        solution = task.canonical_solution
        found = extract(task, solution)
        if "BEGIN_PROMPT" in solution:
            # Rows with a truncated test have a whole generated file for a solution.
            assert (found.rule, found.source) == ("function", solution), task.task_id
        else:
            assert (found.rule, found.source) == ("body", task.prompt + solution), task.task_id
        whole = task.prompt + solution
        if "BEGIN_PROMPT" not in solution:
            assert extract(task, f"So:\n```rust\n{whole}\n```\n.").source == whole, task.task_id


def test_a_text_too_long_to_be_read_is_said_to_be_so() -> None:
    long = FUNCTION + "\n// filler" * (LONGEST_ANSWER // 10)
    assert extract(TASK, long).rule == "too_long"
    assert extract(TASK, "x" * 40_000).rule == "too_long"
    fenced = f"```rust\n{FUNCTION}\n```\n" + "word " * 20_000
    assert extract(TASK, fenced).source == FUNCTION
