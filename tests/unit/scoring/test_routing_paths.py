"""The fast regular expression never lets through a program that the tokens would keep apart."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from evalpkg.scoring import routing
from evalpkg.scoring.routing import Company, company, tokens

PIECES = st.sampled_from(
    [
        *("fn f", "fn f<T>", "struct S", "enum E", "impl S {", "impl T for S {", "impl<T> S<T> {"),
        *("mod m {", "mod m;", "}", "{", "(", ")", ";", "::", "<", ">", "->", "&", "'a", "'static"),
        *(
            "std",
            "core",
            "alloc",
            "std::fmt",
            "std::panic",
            "use std as x;",
            "dyn",
            "trait",
            "where",
        ),
        *("unsafe", "crate", "super", "r#unsafe", "macro_rules!", "#[inline]", "#[path]", "#![x]"),
        *('"text"', 'r#"raw"#', "'c'", "// unsafe\n", "/* crate */", "async", " ", "\n", "x", "é"),
    ]
)


@settings(max_examples=4 * settings.default.max_examples)
@given(st.lists(PIECES, max_size=30).map("".join) | st.lists(PIECES, max_size=30).map(" ".join))
def test_the_quick_path_gives_no_more_company_than_the_tokens(source: str) -> None:
    words = list(tokens(source))
    allowed = Company.ANY
    if routing._is_generic(words) or routing._strays(words):
        allowed = Company.OTHER_TASKS
    if routing._reaches_out(words):
        allowed = Company.NONE
    order = [Company.NONE, Company.OTHER_TASKS, Company.ANY]
    assert order.index(company(source)) <= order.index(allowed)
