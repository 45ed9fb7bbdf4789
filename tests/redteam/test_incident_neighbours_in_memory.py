"""Incident: a program read its neighbours' answers out of the library that they share.

Programs of a batch are modules of one library, so that a process of one holds the code and the
constants of all. Without ``unsafe`` nothing should be able to look; but rustc's oldest soundness
hole (rust-lang/rust#25860) makes a reference to any address out of named lifetimes alone. On tasks
whose answer is a text, the thief returned every text it found and passed, in company only.
"""

from __future__ import annotations

from evalpkg.scoring.routing import needs_own_crate
from tests.redteam import judging


def test_a_neighbours_texts_are_not_there_to_be_read() -> None:
    thief = judging.named("leak_neighbour_constants")
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
        assert needs_own_crate(source), source


def test_ordinary_lifetimes_and_labels_may_have_company() -> None:
    for source in (
        "fn f(x: &'static str) -> std::borrow::Cow<'static, str> { x.into() }",
        "fn f(x: &str) -> std::str::Chars<'_> { x.chars() }",
        "fn f() { 'outer: loop { if 1 <'a' as u32 { break 'outer; } } }",
    ):
        assert not needs_own_crate(source), source
