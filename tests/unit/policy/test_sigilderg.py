"""The policy vetoes exactly what the release it is loaded from rejects."""

import importlib.util
import sys
import types
from functools import lru_cache
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.errors import ConfigError
from evalpkg.models import Task
from evalpkg.policy import load_policy
from evalpkg.tasks.peer import locate_peer

TASK = Task("t", "fn f(x: i32) -> i32 {", "f", "")


@lru_cache(maxsize=1)
def release() -> ModuleType:
    """A second, untouched copy of the release's own code."""
    package = types.ModuleType("_untouched")
    package.__path__ = [str(locate_peer().package)]
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
    ]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=8).map("".join))
def test_a_veto_is_a_veto_of_the_release(completion: str) -> None:
    violations = load_policy().violations(TASK, completion)
    assert bool(violations) == rejected(completion)


def test_every_broken_rule_is_named() -> None:
    found = load_policy().violations(
        TASK, "    unsafe { std::fs::read(p); std::process::exit(0) }\n}"
    )
    assert len(found) >= 3
    assert any("std::fs" in rule for rule in found)


def test_honest_code_that_it_is_known_to_veto_is_still_vetoed() -> None:
    swap = "    std::mem::swap(&mut a, &mut b);\n    a\n}"
    assert load_policy().violations(TASK, swap)


def test_an_unknown_policy_is_refused_with_the_choices() -> None:
    with pytest.raises(ConfigError, match="'strict'") as caught:
        load_policy("strict")
    assert "sigilderg" in caught.value.cure
