"""A token limit that cuts behind the function costs what it cut, and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.extraction import extract
from evalpkg.models import Task

PROMPT = "/// Adds what is above zero.\nfn sum_positive(numbers: &[i32]) -> i32 {\n"
TASK = Task("t", PROMPT, "sum_positive", "")
BODY = "    numbers.iter().filter(|&&n| n > 0).sum()\n}"
FUNCTION = f"fn sum_positive(numbers: &[i32]) -> i32 {{\n{BODY}"

TAILS = {
    "own tests": """
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works() {
        assert_eq!(sum_positive(&[1, -2]), 1);
        let _text = "it's { not";
    }
}
""",
    "own tests without indentation": """
#[cfg(test)]
mod tests {
use super::*;
#[test]
fn a() {
assert_eq!(sum_positive(&[1]), 1);
}
}
""",
    "a type": """
/// A stack.
#[derive(Debug, Clone)]
pub struct Stack<T> {
    items: Vec<T>,
}

impl<T> Stack<T> {
    pub fn new() -> Self {
        Self { items: Vec::new() }
    }
}
""",
    "a second function and main": """
/// Doubles it.
#[inline]
fn double(x: i32) -> i32 {
    // it's fine
    let _brace = '{';
    /* no */ x * 2
}

fn main() {
    println!("{}", double(sum_positive(&[1])));
}
""",
    "used before it is defined": """
fn main() {
    helper(A { b: B });
}

struct A {
    b: B,
}

struct B;

fn helper(a: A) {
    let _ = a;
}
""",
    "items of every kind": """
use std::collections::HashMap;
const A: [i32; 3] = [1, 2, 3];
macro_rules! m { ($x:expr) => { $x }; }
enum E { A(i32), B { x: i32 } }
trait Q { fn q(&self) -> i32; }
impl Q for i32 { fn q(&self) -> i32 { *self } }
static S: &str = r#"a " b"#;
type K = HashMap<i32, Vec<i32>>;
""",
}
SHAPES = {
    "bare": "{}",
    "fenced": "Here it is:\n\n```rust\n{}```\n\nIt's simple.\n",
    "amid prose": "It's here:\n\n{}\nThat's it.\n",
    "chat": "<|im_start|>assistant\n<think>fn sum_positive(\n</think>\n```rust\n{}```<|im_end|>\n",
    "page": "<pre><code>{}</code></pre>",
    "answer tag": "<answer>\n{}</answer>",
}


def defined(source: str) -> list[str]:
    """Names of the items at the start of a line."""
    return re.findall(r"^(?:pub )?(?:fn|struct|mod|enum|trait|type) (\w+)", source, re.MULTILINE)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tail", TAILS)
@given(data=st.data())
def test_any_cut_behind_the_function_leaves_it_whole(
    shape: str, tail: str, data: st.DataObject
) -> None:
    whole = SHAPES[shape].format(f"{FUNCTION}\n{TAILS[tail]}")
    start = whole.index(BODY) + len(BODY)
    cut = whole[: data.draw(st.integers(start, len(whole)))]
    found = extract(TASK, cut)
    assert found.rule.removeprefix("fenced_") == "function"
    assert found.source is not None
    assert FUNCTION in found.source
    rest = found.source.replace(FUNCTION, "").rstrip()
    assert rest.count("{") == rest.replace("it's { not", "").replace("'{'", "").count("}") + (
        rest.count("it's { not") + rest.count("'{'")
    )
    assert not rest.endswith(("]", ",")) or rest.endswith("];")
    assert not rest.rpartition("\n")[2].startswith(("///", "#["))


@pytest.mark.parametrize("around", ["struct S;\n\nimpl S {\n%s\n}\n", "mod solution {\n%s\n}\n"])
@pytest.mark.parametrize("shape", ["{}", "```rust\n{}"])
@pytest.mark.parametrize("tail", TAILS)
def test_any_cut_behind_an_item_with_the_function_leaves_it_whole(
    tail: str, shape: str, around: str
) -> None:
    outer = around % FUNCTION
    for end in range(len(TAILS[tail])):
        found = extract(TASK, shape.format(outer + TAILS[tail][:end]))
        assert found.rule.removeprefix("fenced_") == "nested"
        kept, _, rest = (found.source or "").replace("pub ", "").partition(BODY)
        assert kept.startswith(outer.partition("{")[0])
        assert rest.count("{") == rest.replace("it's { not", "").replace("'{'", "").count("}") + (
            rest.count("it's { not") + rest.count("'{'") - 1
        )
        assert not re.search(r"^(?:\s*(?:///|#\[).*\n)+\n", rest, re.MULTILINE)
        assert not re.search(r"^[a-z]+\n", rest, re.MULTILINE)


@pytest.mark.parametrize("tail", TAILS)
@given(data=st.data())
def test_any_cut_behind_a_body_leaves_the_body_alone(tail: str, data: st.DataObject) -> None:
    whole = f"{BODY}\n{TAILS[tail]}"
    cut = whole[: data.draw(st.integers(len(BODY), len(whole)))]
    found = extract(TASK, cut)
    assert found.rule == "body"
    assert found.source is not None
    assert found.source.strip() == f"{PROMPT}{BODY}"


@pytest.mark.parametrize(
    "behind",
    [
        *TAILS.values(),
        *(
            "\n\nuse rand::Rng;\n",
            "\n\n#![allow(unused)]\n",
            "\nmod other;\n",
            "\n\n//! A crate.\n",
        ),
        *("\n\nextern crate rand;\n", ";\n", "\n\nfn other() {\n    let = 1;\n}\n"),
    ],
)
def test_an_answer_that_repeats_the_prompt_is_read_as_the_rest_alone(behind: str) -> None:
    alone, repeated = extract(TASK, BODY + behind), extract(TASK, PROMPT + BODY + behind)
    assert (alone.rule, repeated.rule) == ("body", "function")
    assert (alone.source or "").split() == (repeated.source or "").split()
    assert alone.main_free == repeated.main_free


@pytest.mark.parametrize("shape", ["{}", "```rust\n{}", "```rust\n{}\n```\n", "Answer: {}"])
def test_a_function_that_lacks_its_last_brace_gets_it(shape: str) -> None:
    found = extract(TASK, shape.format(FUNCTION.removesuffix("\n}")))
    assert found.rule.removeprefix("fenced_") == "function_unclosed"
    assert found.source is not None
    assert found.source.strip() == FUNCTION
