"""The choice of a task's tests, and the refusal of tasks whose tests cannot be determined."""

import pytest

from evalpkg.errors import DataError
from evalpkg.scoring.testfile import RustTest, open_tests


def _mod(body: str) -> str:
    return f"#[cfg(test)]\nmod tests {{\n    use super::*;\n{body}\n}}"


def test_attributes_are_read_as_rustc_reads_them() -> None:
    tests = open_tests(
        _mod(
            '#[ test ] fn spaced() {}\n#[test] #[ignore = "slow"] fn ignored() {}\n'
            '#[test] #[should_panic] fn any() {}\n#[should_panic(expected = r"of range")]\n'
            "#[test] fn said() {}\n#[::core::prelude::v1::test] fn by_path() {}\nfn helper() {}"
        )
    )
    assert tests.functions == (
        RustTest("tests::spaced"),
        RustTest("tests::any", '""'),
        RustTest("tests::said", 'r"of range"'),
        RustTest("tests::by_path"),
    )


def test_a_main_beside_tests_is_no_test() -> None:
    tests = open_tests("fn main() {}\n#[test] fn adds() {}")
    assert [test.path for test in tests.functions] == ["adds"]
    assert not tests.is_main
    assert open_tests("fn main() {}").is_main


def test_tests_in_the_definition_of_a_macro_are_registered() -> None:
    macro = "macro_rules! c { ($($n:ident)*) => { $(#[test] #[ignore] fn $n() {})* } }\nc! { a b }"
    assert open_tests(_mod(macro)).text.count("::evalwire::case!") == 1


def test_every_condition_reads_as_in_a_build_of_tests() -> None:
    text = open_tests(
        "#[cfg(all(test, unix))] mod tests { use std::fmt; #[test] fn a() { cfg!(not(test)); } }\n"
        '#[cfg(test)] use std::fmt;\n#[cfg(feature = "test")] fn test() { test() }',
        ("tests::a",),
    ).text
    assert "#[cfg(all(all(), unix))]" in text
    assert "cfg!(not(all()))" in text
    assert "#[cfg(all())] use std::fmt;" in text
    assert '#[cfg(feature = "test")] fn test() { test() }' in text


@pytest.mark.parametrize(
    "lost",
    [
        "cases! { #[test] fn one() {} }",
        "#[cfg_attr(test, test)] fn one() {}",
        "#[tokio::test] async fn one() {}",
        "#[test] #[ignore] fn one() {}",
    ],
)
def test_what_could_be_left_out_silently_is_refused(lost: str) -> None:
    with pytest.raises(DataError):
        open_tests(_mod(lost))
