"""Incident: paths that lead to neighbours, which our lexer did not see.

``0..crate::x`` was lexed as one number, because Rust's ``1.5`` was taken for digits and dots. And
``use super::{a, b, c, super::*}`` goes two modules up with its second ``super`` far from the first.
"""

from __future__ import annotations

import pytest

from evalpkg.scoring.routing import Company, company, tokens


@pytest.mark.parametrize(
    "source",
    [
        "fn f() { for i in 0..unsafe { g() } {} }",
        'const X: usize = 0..include_str!("x").len();',
        "fn f() -> f64 { 1.5e3..asm!() }",
        "mod m { use super::{a, b, c, d, e, f, super::*}; }",
        "mod m { pub(in super::super) fn f() {} }",
    ],
)
def test_it_is_seen(source: str) -> None:
    assert company(source) is Company.NONE


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("0..crate::x", [".", ".", "crate", "::", "x"]),
        ("1.5.max(2.)", [".", "max", "(", ".", ")"]),
        ("'a' 'b: 'static r#\"unsafe\"# b'\\'' x", ['""', "'b", ":", "'static", '""', '""', "x"]),
        ("/* /* unsafe */ unsafe */ x // unsafe", ["x"]),
    ],
)
def test_tokens_are_rusts(source: str, words: list[str]) -> None:
    assert list(tokens(source)) == words
