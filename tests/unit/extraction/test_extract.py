# ruff: noqa: E501 - one shape a line reads better
"""Every shape that models answer in, and the program it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.extraction import extract
from evalpkg.extraction.fences import fenced_blocks
from evalpkg.models import Task

TASK = Task("t", "// Doubles.\nfn double(x: i32) -> i32 {", "double", "")
FULL = "fn double(x: i32) -> i32 {\n    x * 2\n}"
HELPER = "fn two() -> i32 {\n    2\n}"

SHAPES = {
    "body": ("    x * 2\n}", "body", ["x * 2"]),
    "body without its brace": ("    x * 2\n", "body_unclosed", ["x * 2\n\n}"]),
    "body and helper": (f"    x * two()\n}}\n\n{HELPER}\n", "body", [HELPER]),
    "body, a stray brace, prose": ("    x * 2\n}\n}\nThat's it, isn't it?", "body", ["x * 2"]),
    "body in braces": ("{\n    x * 2\n}", "body_unclosed", ["x * 2"]),
    "body in a fence": ("```rust\n    x * 2\n}\n```", "fenced_body", ["x * 2"]),
    "todo": ("    todo!()\n}\n", "body", ["todo!()"]),
    "function": (FULL, "function", [FULL]),
    "public function": (f"pub {FULL}", "function", [f"pub {FULL}"]),
    "function with attributes": (f"#[inline]\n{FULL}", "function", ["#[inline]"]),
    "helpers around": (f"{HELPER}\n{FULL}\nconst N: u8 = 1;", "function", [HELPER, FULL, "N"]),
    "imports above": (f"use std::fmt;\n\n{FULL}", "function", ["use std::fmt;", FULL]),
    "fenced": (f"```rust\n{FULL}\n```", "fenced_function", [FULL]),
    "fenced with prose": (f"Sure, here's it:\n```rust\n{FULL}\n```\nDone!", "fenced_function", [FULL]),
    "fence without a language": (f"```\n{FULL}\n```", "fenced_function", [FULL]),
    "fence in capitals": (f"```Rust\n{FULL}\n```", "fenced_function", [FULL]),
    "tilde fence": (f"~~~rust\n{FULL}\n~~~", "fenced_function", [FULL]),
    "unclosed fence": (f"```rust\n{FULL}", "fenced_function", [FULL]),
    "fence in a list": (f"1. So:\n   ```rust\n{FULL}\n   ```", "fenced_function", [FULL]),
    "usage in a second fence": (f"```rust\n{FULL}\n```\n```rust\ndouble(2);\n```", "fenced_function", [FULL]),
    "prose and function": (f"Here's what I'd do.\n\n{FULL}\n\nIt's simple.", "function", [FULL]),
    "carriage returns": (FULL.replace("\n", "\r\n"), "function", [FULL]),
    "byte order mark": (f"\ufeff{FULL}", "function", [FULL]),
    "end marker": (f"{FULL}<|im_end|>", "function", [FULL]),
    "braces in strings": ('    println!("}}{{ ``` }}"); x * 2\n}', "body", ['"}}{{ ``` }}"']),
    "braces in chars": ("    let _ = ('{', '}', '\\''); x * 2\n}", "body", ["'{'"]),
    "raw strings": ('    let _ = r#"} " {"#; x * 2\n}', "body", ['r#"} " {"#']),
    "lifetimes": ("fn double<'a>(x: i32) -> i32 {\n    x * 2\n}", "function", ["<'a>"]),
    "own tests": (f"{FULL}\n#[cfg(test)]\nmod tests {{ use super::*; }}", "function", ["mod tests"]),
    "let chains": ("    if let Some(y) = Some(x) && y > 1 { y * 2 } else { x * 2 }\n}", None, ["&& y > 1"]),
    "cut off": ("fn double(x: i32) -> i32 {\n    let y = (x", "broken", ["let y = (x"]),
    "body cut off": ("    let y = foo(x);\n    if (y", "body_broken", ["let y = foo(x);"]),
    "last of two fences": (f"```rust\n{FULL}\n```\nBetter:\n```rust\n{FULL.replace('x * 2', 'x + x')}\n```", "fenced_function", ["x + x"]),
    "helper in its own fence": (f"```rust\n{HELPER}\n```\n```rust\n{FULL.replace('2', 'two()')}\n```", "fenced_function", [HELPER, "x * two()"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_recognised(name: str) -> None:
    completion, rule, parts = SHAPES[name]
    found = extract(TASK, completion)
    assert rule is None or found.rule == rule
    assert found.source is not None
    assert found.source.count("fn double") == 1
    for part in parts:
        assert part in found.source


@pytest.mark.parametrize("text", ["", "   \n", "I'm sorry, I cannot do that.", "// nothing\n"])
def test_no_code_is_no_code(text: str) -> None:
    assert extract(TASK, text).source is None


@pytest.mark.parametrize(
    ("completion", "main_free"),
    [
        (f"{FULL}\nfn main() {{}}", False),
        (f"{FULL}\n// fn main() {{}}", True),
        (FULL.replace("x * 2", '"fn main() {}"; x * 2'), True),
        (f"{FULL}\nmod m {{ fn main() {{}} }}", True),
        ("    x * 2\n}\nfn main() { println!(); }", False),
    ],
)
def test_an_own_main_is_noticed(completion: str, main_free: bool) -> None:
    assert extract(TASK, completion).main_free is main_free


def test_what_the_prompt_imports_comes_along_once() -> None:
    task = Task("t", "use std::any::Any;\nfn double(x: &dyn Any) -> i32 {", "double", "")
    whole = "fn double(x: &dyn Any) -> i32 {\n    2\n}"
    for completion in (whole, f"use std::any::Any;\n{whole}", "    2\n}"):
        source = extract(task, completion).source
        assert source is not None
        assert source.count("use std::any::Any;") == 1


@given(st.text())
def test_any_text_gives_an_answer(text: str) -> None:
    found = extract(TASK, text)
    assert (found.source is None) == (found.rule == "no_code")


PROSE = st.text(st.characters(exclude_characters="`~", codec="utf-8"), max_size=60)


@given(PROSE, PROSE)
def test_prose_around_a_fence_changes_nothing(before: str, after: str) -> None:
    assert extract(TASK, f"{before}\n```rust\n{FULL}\n```\n{after}").source == FULL


@given(st.lists(st.text(st.characters(exclude_characters="`~\r\n"), max_size=20), max_size=6))
def test_what_is_in_a_fence_comes_out(lines: list[str]) -> None:
    content = "\n".join(lines)
    assert fenced_blocks(f"a\n````x\n{content}\n````\nb") == [content]
