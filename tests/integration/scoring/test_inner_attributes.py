"""Attributes of a whole crate mean what they mean to ``rustc --test``."""

import pytest

from evalpkg.models import VerdictKind
from tests.integration.scoring.conftest import TASKS, Court

BODY = """
    numbers.iter().enumerate().any(|(i, a)| {
        numbers.iter().skip(i + 1).any(|b| (*a - *b).abs() < threshold)
    })
}
"""
SIGNATURE = "fn close(numbers: &[f32], threshold: f32) -> bool {"
PUBLIC = f"/// Whether two are close.\npub {SIGNATURE}{BODY}"
NO_STD = """
    let mut seen: Vec<f32> = Vec::new();
    for n in numbers {
        if seen.iter().any(|s| { let d = *s - *n; d < threshold && -d < threshold }) {
            return true;
        }
        seen.push(*n);
    }
    false
}
"""

ACCEPTED = {
    "deny unused": "#![deny(unused)]\n#![warn(rust_2018_idioms, future_incompatible)]\n" + PUBLIC,
    "no unsafe": "#![forbid(unsafe_code)]\n#![deny(unused, nonstandard_style)]\n" + PUBLIC,
    "crate type": '#![deny(warnings)]\n#![crate_type = "lib"]\n' + PUBLIC,
    "crate name": '#![crate_name = "solution"]\n' + PUBLIC,
    "docs": "#![deny(missing_docs, unreachable_pub, warnings)]\n//! Docs.\n" + PUBLIC,
    "private": f"#![forbid(unused, future_incompatible, keyword_idents)]\n{SIGNATURE}{BODY}",
    "no std": f"#![no_std]\nextern crate alloc;\nuse alloc::vec::Vec;\npub {SIGNATURE}{NO_STD}",
    "clippy": "#![warn(clippy::all, clippy::pedantic)]\n#![allow(clippy::style)]\n" + PUBLIC,
    "main": f"#![deny(warnings)]\n{SIGNATURE}{BODY}fn main() {{ let _ = close(&[], 0.0); }}\n",
    "another main": f"#![deny(unused)]\n{SIGNATURE}{BODY}#[cfg(windows)]\nfn main() {{}}\n",
    "no implicit prelude in a module": f"mod m {{ #![allow(dead_code)] }}\n{PUBLIC}",
}
REJECTED = {
    "unused variable": f"#![deny(unused)]\n{SIGNATURE} let unused = 1;{BODY}",
    "unsafe": f"#![forbid(unsafe_code)]\n{SIGNATURE} unsafe {{}}{BODY}",
    "std without std": f"#![no_std]\n{SIGNATURE} let _ = std::mem::size_of::<u8>();{BODY}",
}


@pytest.fixture(scope="module")
def found(bench: Court) -> dict[str, tuple[VerdictKind, str]]:
    programs = {**ACCEPTED, **REJECTED}
    verdicts = bench.judge([(TASKS["close"], source) for source in programs.values()])
    return {
        name: (verdict.kind, verdict.detail)
        for name, verdict in zip(programs, verdicts, strict=True)
    }


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_right_program_with_attributes_of_a_crate_passes(
    name: str, found: dict[str, tuple[VerdictKind, str]]
) -> None:
    assert found[name] == (VerdictKind.PASSED, "")


@pytest.mark.parametrize("name", REJECTED)
def test_and_they_hold_in_it(name: str, found: dict[str, tuple[VerdictKind, str]]) -> None:
    assert found[name][0] is VerdictKind.COMPILE_ERROR
