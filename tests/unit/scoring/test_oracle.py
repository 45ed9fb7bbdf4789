"""Oracles: the tests opened up, the entry point replaced by a stub."""

import pytest

from evalpkg.errors import DataError
from evalpkg.models import Task
from evalpkg.scoring.oracle import oracle_unit
from evalpkg.scoring.signature import read_signature
from evalpkg.scoring.untravelled import in_terms_of_the_task

TESTS = """
#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn adds() { assert_eq!(add(1, 2), 3); }
    #[test]
    #[should_panic(expected = "overflow")]
    fn overflows() { add(i32::MAX, 1); }
    fn helper() {}
}
"""


def task(prompt: str, test: str = TESTS, name: str = "add") -> Task:
    return Task("t", prompt, name, test)


def test_every_test_function_is_listed_with_what_it_expects() -> None:
    export = oracle_unit(task("fn add(a: i32, b: i32) -> i32 {")).export
    assert 'name: "tests::adds"' in export
    assert 'name: "tests::overflows"' in export
    assert export.count('panics: Some("overflow")') == 1
    assert "helper" not in export


def test_multipl_e_tests_run_as_main() -> None:
    tests = "fn main() { let candidate = add; assert_eq!(candidate(1, 2), 3); }"
    assert 'name: "main"' in oracle_unit(task("fn add(a: i32, b: i32) -> i32 {", tests)).export


def test_tests_that_are_cut_off_are_refused() -> None:
    with pytest.raises(DataError, match="cut off"):
        oracle_unit(task("fn add(a: i32, b: i32) -> i32 {", "mod tests { use super::*; // BEGIN"))


def test_a_task_without_tests_is_refused() -> None:
    with pytest.raises(DataError, match="no test function"):
        oracle_unit(task("fn add(a: i32, b: i32) -> i32 {", "mod tests { fn helper() {} }"))


def test_a_prompt_without_the_entry_point_is_refused() -> None:
    with pytest.raises(DataError, match="'add'"):
        read_signature("fn sub(a: i32) -> i32 {", "add")


def test_lifetimes_stay_in_the_stub_and_leave_the_shim() -> None:
    signature = read_signature("fn add<'a>(x: &'a [&'a str], y: &mut Vec<i32>) -> &'a str {", "add")
    first, second = signature.parameters
    assert first.written == "&'a [&'a str]"
    assert first.slice_item == "&'_ str"
    assert second.mutable
    assert second.referent == "Vec<i32>"
    assert (signature.written_result, signature.result) == ("&'a str", "&'_ str")


def test_std_types_that_the_prompt_forgets_to_import_are_found() -> None:
    assert read_signature("fn add(x: HashMap<String, i32>) {", "add").imports == (
        "use ::std::collections::HashMap;",
    )
    imported = read_signature("use std::collections::HashMap;\nfn add(x: HashMap<u8, u8>) {", "add")
    assert imported.imports == ()
    assert imported.preamble_imports == ("use std::collections::HashMap;",)


@pytest.mark.parametrize(("kind", "shared"), [("Rc<RefCell<u8>>", True), ("GridCell<u8>", False)])
def test_only_cells_of_std_are_changed_behind_a_shared_reference(kind: str, shared: bool) -> None:
    (parameter,) = read_signature(f"fn add(x: {kind}) {{", "add").parameters
    assert parameter.shared is shared


def test_impl_trait_gets_a_name_and_constants_are_read() -> None:
    signature = read_signature("fn add<const N: usize>(x: [u8; N], y: &impl Ord) {", "add")
    assert signature.generic == ("Evalwire0", "N")
    assert signature.parameters[1].text == "&Evalwire0"


FAILING = "type Res = Result<u8, Box<dyn Error + Send + Sync>>;\nfn add() -> Res {"


@pytest.mark.parametrize(
    "line",
    ["e.downcast_ref::<Own>().is_some()", "e.is::<Own>()", "<dyn Error>::is::<Own>(&*e)"],
)
def test_tests_that_downcast_an_error_of_unknown_type_are_refused(line: str) -> None:
    tests = f"mod tests {{ #[test] fn t() {{ let e = add().unwrap_err(); assert!({line}); }} }}"
    with pytest.raises(DataError, match="the tests downcast"):
        oracle_unit(task(FAILING, tests))


def test_a_type_that_the_prompt_does_not_define_is_named() -> None:
    asked = task("fn add() -> Unknown {")
    said = in_terms_of_the_task(
        "error[E0425]: cannot find type `Unknown` in this scope\n | ::evalwire::call",
        asked,
        read_signature(asked.prompt, "add"),
    )
    assert said == "the signature names `Unknown`, which the prompt does not define"


def test_a_downcast_in_a_comment_or_a_string_is_none() -> None:
    tests = (
        'mod tests { #[test] fn t() { /* downcast_ref */ assert!(add().is_err(), "downcast"); } }'
    )
    assert oracle_unit(task(FAILING, tests)).export


@pytest.mark.parametrize(
    ("prompt", "reason"),
    [
        ("async fn add() -> u8 {", "async fn"),
        ('pub extern "C" fn add() -> u8 {', "extern"),
        ("fn add() -> impl Display {", "`impl Display`"),
        ("fn add() -> Option<impl Fn(u8) -> u8> {", "`impl Fn"),
        ("fn add() -> Vec<Box<dyn Fn(u8) -> u8>> {", "a function inside of the result"),
        ("struct Rule { check: fn(u8) -> u8 }\nfn add() -> Rule {", "a function inside"),
    ],
)
def test_signatures_that_cannot_travel_are_refused(prompt: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        oracle_unit(task(prompt))


def test_functions_in_the_fields_of_a_prompts_type_are_forgotten_after_the_call() -> None:
    prompt = "struct Rule { check: Box<dyn Fn(u8) -> u8> }\nfn add(rules: &[Rule]) -> u8 {"
    assert "Lent::begin()" in oracle_unit(task(prompt)).text
    assert "Lent::begin()" not in oracle_unit(task("fn add(a: &[u8]) -> u8 {")).text
