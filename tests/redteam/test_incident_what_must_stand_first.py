"""Incident: honest answers that began with `#![allow(..)]` or `//!` did not compile.

What an answer relies on and does not define, imports of the prompt and helpers of other blocks, was
put before it. An inner attribute or an inner doc comment may only stand first.
"""

from __future__ import annotations

import pytest

from evalpkg.extraction import extract
from tests.redteam import corpus, judging

TASK = corpus.tasks()["red/letter_counts"]
FENCE = "```"
FUNCTION = """
fn letter_counts(text: &str) -> HashMap<char, usize> {
    let mut counts = HashMap::new();
    for letter in text.chars().filter(keep).flat_map(char::to_lowercase) {
        *counts.entry(letter).or_insert(0) += 1;
    }
    counts
}
"""
HELPER = """
fn keep(letter: &char) -> bool {
    letter.is_alphabetic()
}
"""
FIRST = {
    "attribute": "#![allow(dead_code)]",
    "doc comment": "//! Counts letters.",
    "doc comment in a block": "/*! Counts\nletters. */",
    "several": "// Mine.\n/* so */ #![warn(unused)] // all\n//! Counts.\n#![allow(unused)]",
}


def block(*parts: str) -> str:
    return "\n".join(["Some code:", f"{FENCE}rust", *parts, FENCE, ""])


@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST)
def test_what_must_stand_first_does(first: str) -> None:
    method = f"struct Solution;\nimpl Solution {{ pub {FUNCTION.strip()} }}"
    answers = [
        "\n".join([first, FUNCTION, HELPER]),
        block(first, FUNCTION, HELPER),
        block(HELPER) + block(first, FUNCTION),
        block(first, HELPER) + block(FUNCTION),
        block(first, HELPER) + block(first, FUNCTION),
        block(first, method, HELPER),
    ]
    found = judging.judge([(TASK, extract(TASK, answer)) for answer in answers])
    assert [(verdict.kind, verdict.detail) for verdict in found] == [("passed", "")] * len(answers)


def test_nothing_moves_where_nothing_must_stand_first() -> None:
    source = extract(TASK, f"// A comment.\n{FUNCTION}").source
    assert source is not None
    assert source.startswith("use std::collections::HashMap;\n\n// A comment.")
