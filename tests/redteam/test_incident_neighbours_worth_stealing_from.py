"""Incident: a program read its neighbours' answers, and no word of it said that it would.

Declared lifetimes and ``'static`` bounds had been routed out, because the known holes of safe Rust
were written with them. rust-lang/rust#84366 works with elided lifetimes as well: a closure's type
is held to live as long as what it captured, and then so is what it returns. Routing by tokens does
not win that race. A program that defines anything generic is now never in a library with another
program for the same problem, and so has nothing to steal.

The second thief hid its ``unsafe`` from our lexer: to rustc, the ``r`` of ``'a'r#"`` is a suffix of
the character; to us, a raw text began.
"""

from __future__ import annotations

import pytest

from evalpkg.scoring.routing import Company, company, tokens
from tests.redteam import judging

THIEVES = ["leak_neighbour_constants_by_elision", "leak_neighbour_constants_hidden"]


@pytest.mark.parametrize("name", THIEVES)
def test_there_is_nothing_to_steal(name: str) -> None:
    thief = judging.named(name)
    items = [judging.canonical("red/maxim", "1"), *thief, judging.canonical("red/maxim", "2")]
    first, found, last = judging.kinds(items)
    assert first == last == "passed"
    assert found == judging.kinds(thief)[0] != "passed"


@pytest.mark.parametrize(
    "source",
    [
        "fn f<T>(x: T) {}",
        "fn/**/f/* ( */<T>(x: T) {}",
        "struct S<T>(T);",
        "type A < T > = Option<T>;",
        "enum E<\nconst N: usize> { A }",
        "fn f(x: impl Iterator) {}",
        "fn f() -> impl Iterator<Item = u8> { 0..3 }",
        "fn f(x: &dyn Fn()) {}",
        "fn f() { let b: Box<dyn Fn()> = Box::new(|| ()); }",
        "trait T { fn f(&self); }",
        "struct S; impl<T> S {}",
        "async fn f() {}",
        "fn \u0435\u0301<T>() {}",
        'const _: &str = stringify!("a"r"x"); fn f<T>() {}',
    ],
)
def test_what_is_generic_has_no_company_of_its_own_task(source: str) -> None:
    assert company(source) is not Company.ANY


@pytest.mark.parametrize(
    "source",
    [
        "fn f(x: &[i32]) -> Vec<i32> { x.iter().filter(|y| **y < 3).cloned().collect() }",
        "struct Stack { n: Vec<i32> }\nimpl Stack { fn new() -> Self { Stack { n: vec![] } } }",
        "#[derive(Debug, Clone, PartialEq)]\nenum Kind { A, B(i32) }\nfn f() -> Kind { Kind::A }",
        "type Pair = (i32, i32);\nfn f(p: Pair) -> bool { p.0 < p.1 && (p.0 as i64) < 5 }",
        "// of this type, dynamically where one is\nfn f() { let r#type = 3; if r#type < 4 {} }",
        "fn f(g: fn(i32) -> i32) -> i32 { g(1) } // größer → 3",
    ],
)
def test_what_is_plain_may_have_any_company(source: str) -> None:
    assert company(source) is Company.ANY


@pytest.mark.parametrize("start", ["'a'r", '"a"r', 'b"a"r', '"a"\u0435\u0301r', "cr"])
def test_nothing_hides_behind_a_suffix(start: str) -> None:
    source = f'const _: &str = stringify!({start}#"x"); fn f() {{ unsafe {{}} }}'
    assert company(f'{source} const _: &str = stringify!("y"#"z");') is Company.NONE


def test_a_suffix_is_part_of_its_literal() -> None:
    assert list(tokens('\'a\'r#"x" "b"c 1r r"d"e f')) == ['""', "#", '""', '""', '""', "f"]
