"""Programs that could see or change a neighbour in their crate get one of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.scoring.routing import Company, company, stands_at_root, tokens

TOGETHER = {
    "plain": "fn f(x: i32) -> i32 { x + 1 }",
    "words in comments": "// unsafe extern crate\n/* /* include! */ macro_rules */ fn f() {}",
    "words in strings": 'fn f() -> &\'static str { "unsafe # crate super" }',
    "words in raw strings": 'fn f() -> &\'static str { r##"unsafe "# crate"## }',
    "char literals": "fn f(x: &'static str) -> bool { x.contains('#') || x == \"'\" }",
    "own module that looks up": "fn f() {} mod inner { use super::*; fn g() { f() } }",
    "harmless attributes": "#[derive(Debug, Clone)] struct S; #[inline] fn f() {}",
    "own tests": "fn f() {} #[cfg(test)] mod tests { use super::*; #[test] fn t() { f() } }",
    "inherent impl": "struct S; impl S { fn f(&self) {} }",
    "impl in a type": "fn f() -> impl Iterator<Item = i32> { 0..3 } fn g() { for _ in f() {} }",
    "pretty debug": 'fn f() { println!("{:#?}", 1); }',
}

ALONE = {
    "unsafe": "fn f() { unsafe {} }",
    "unsafe after a range": "fn f() { for _ in 0..unsafe { 3 } {} }",
    "crate path": "fn f() { crate::g() }",
    "crate path after a range": "fn f() { for _ in 0..crate::N {} }",
    "raw identifier": "fn f() { r#unsafe() }",
    "inner attribute": "#![allow(unused)] fn f() {}",
    "foreign attribute": "#[no_mangle] fn f() {}",
    "unsafe attribute": '#[unsafe(link_section = ".init_array")] static X: u8 = 0;',
    "conditional": "#[cfg(any())] fn f() {}",
    "attribute with a space": "# [no_mangle] fn f() {}",
    "super at the top": "fn f() { super::g() }",
    "super twice": "mod a { fn f() { super::super::g() } }",
    "super late in a group": "mod a { use super::{b, c, d, e, g, super::*}; }",
    "module in a file": "mod other;",
    "trait impl": "struct S; impl Clone for S { fn clone(&self) -> S { S } }",
    "trait impl with arguments": "struct P<A, B>(A, B); impl PartialEq<P<u8, u8>> for i32 {}",
    "trait impl with a constant": "impl Tr<{ 1 }> for i32 {}",
    "declared lifetime": "fn f<'a>(x: &'a str) -> &'a str { x }",
    "include": 'fn f() -> &\'static str { include_str!("x") }',
    "macro": "macro_rules! m { () => {} } fn f() {}",
    "unclosed string hides nothing": '#[no_mangle] fn f() { "',
}


@pytest.mark.parametrize("source", TOGETHER.values(), ids=TOGETHER)
def test_programs_that_keep_to_themselves_share_a_crate(source: str) -> None:
    assert company(source) is not Company.NONE


@pytest.mark.parametrize("source", ALONE.values(), ids=ALONE)
def test_programs_that_may_reach_out_get_their_own_crate(source: str) -> None:
    assert company(source) is Company.NONE


@given(st.text())
def test_any_text_can_be_lexed(source: str) -> None:
    list(tokens(source))
    company(source)


@given(st.sampled_from(["unsafe", "crate", "extern", "include_str"]), st.text(max_size=30))
def test_a_telling_word_after_a_comment_is_never_missed(word: str, noise: str) -> None:
    noise = noise.replace("/", "").replace("*", "")
    assert company(f"/*{noise}*/ fn f() {{ {word} }}") is Company.NONE


@pytest.mark.parametrize("piece", ["'\\u{", '"\\"', 'r##" ', "impl ", "/*"])
def test_lexing_a_pathological_program_is_bounded_by_giving_up(piece: str) -> None:
    source = piece * (200_000 // len(piece))
    assert company(source) is Company.NONE


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("#![deny(unused)]\nfn f() {}", True),
        ("# ! [no_std] fn f() {}", True),
        ("/* first */ #![allow(dead_code)] fn f() {}", True),
        ("fn f() { crate::g() } fn g() {}", True),
        ("#[inline]\nfn f() {}", False),
        ('fn f() -> &\'static str { "#![deny(unused)]" }', False),
        ("// #![deny(unused)]\nfn f() {}", False),
        ("fn f() {}", False),
    ],
)
def test_what_has_attributes_of_a_crate_is_a_crate(source: str, expected: bool) -> None:
    assert stands_at_root(source) is expected
