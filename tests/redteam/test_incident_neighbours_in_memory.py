"""Incident: a program read its neighbours' answers out of the library that they share.

Programs of a batch are modules of one library, so that a process of one holds the code and the
constants of all. Without ``unsafe`` nothing should be able to look; but rustc's oldest soundness
hole (rust-lang/rust#25860) makes a reference to any address out of named lifetimes alone, and a
younger one (#84366) out of a ``'static`` bound and a closure. On tasks whose answer is a text, the
thief returned every text it found and passed, in company only.
"""

from __future__ import annotations

import pytest

from evalpkg.scoring.routing import Company, company
from tests.redteam import judging


@pytest.mark.parametrize(
    "name", ["leak_neighbour_constants", "leak_neighbour_constants_by_closure"]
)
def test_a_neighbours_texts_are_not_there_to_be_read(name: str) -> None:
    thief = judging.named(name)
    items = [judging.canonical("red/maxim", "1"), *thief, judging.canonical("red/maxim", "2")]
    first, found, last = judging.kinds(items)
    assert first == last == "passed"
    assert found == judging.kinds(thief)[0] != "passed"


def test_every_way_to_declare_a_lifetime_is_seen() -> None:
    for source in (
        "fn f<'a>(x: &'a str) -> &'a str { x }",
        "struct S<'a>(&'a str);",
        "impl<'long> S<'long> {}",
        "fn f(g: for<'x> fn(&'x str)) {}",
        "fn f(g: &dyn for < 'x > Fn(&'x str)) {}",
        "type F<'a, T> = fn(&'a T);",
        "trait T<'a> {}",
        "fn f() { let g: for</* */'x> fn(&'x u8); }",
        "enum E<\n'a> { A(&'a u8) }",
    ):
        assert company(source) is Company.NONE, source


def test_every_way_to_bound_a_type_by_static_is_seen() -> None:
    for source in (
        "fn f<I: Iterator + 'static>(_: &I, x: I::Item) {}",
        "fn f<I>(_: &I) where I: 'static {}",
        "fn f<I: Iterator>(_: &'static I, x: I::Item) {}",
        "fn f<I: Iterator>(_: std::slice::Iter<'static, I>, x: I::Item) {}",
        "use std::any::*; fn f<I: Any>(_: I) {}",
    ):
        assert company(source) is Company.NONE, source


def test_ordinary_lifetimes_and_labels_may_have_company() -> None:
    for source in (
        "fn f(x: &'static str) -> std::borrow::Cow<'static, str> { x.into() }",
        "const WORDS: [&'static str; 1] = [\"a\"]; fn f() -> std::str::Chars<'static> { g() }",
        "fn f(x: &str) -> std::str::Chars<'_> { x.chars() }",
        "fn f() { 'outer: loop { if 1 <'a' as u32 { break 'outer; } } }",
    ):
        assert company(source) is not Company.NONE, source
