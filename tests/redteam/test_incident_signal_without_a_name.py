"""Incident: a program that sent itself a real-time signal ended the run, for all samples.

The verdict says which signal killed a program, and asked Python for its name. Of the signals 32 to
64, Python knows the first and the last that programs may use; for the others the question raised
an exception, which ended the worker and then the scorer. Nothing was judged, however often the
command was given again.
"""

from __future__ import annotations

import pytest

from tests.redteam import judging

SOURCE = """
extern "C" { fn raise(signal: i32) -> i32; }
fn add(a: i32, b: i32) -> i32 {
    unsafe { raise(NUMBER) };
    a + b
}
"""


@pytest.mark.parametrize(("number", "name"), [(34, "SIGRTMIN"), (40, "signal 40"), (15, "SIGTERM")])
def test_any_signal_that_kills_is_a_crash(number: int, name: str) -> None:
    source = SOURCE.replace("NUMBER", str(number))
    fatal, other = judging.judge([judging.program("red/add", source), judging.canonical("red/add")])
    assert (fatal.kind, fatal.detail) == ("crashed", f"tests::test_add: killed by {name}")
    assert other.passed
