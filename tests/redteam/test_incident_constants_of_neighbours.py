"""Incident: a program with a large constant was rejected by the compiler, but only in company.

What the compiler has no memory for in a constant is an error in the constant, with a place and a
code like any other (E0080). The program was put out of its batch with it, although it was its
neighbours' constants that had taken the memory. Such an error now stops the batch, as any other end
of the compiler's memory does, and each program is compiled alone.
"""

from __future__ import annotations

from evalpkg.models import Extraction, Task
from tests.redteam import judging

SOURCE = """
thread_local! {
    static ROOM: std::cell::RefCell<[u8; SIZE << 20]> =
        const { std::cell::RefCell::new([0; SIZE << 20]) };
}

fn add(a: i32, b: i32) -> i32 {
    a.wrapping_add(b) + i32::from(ROOM.with(|room| room.borrow()[PLACE]))
}
"""


def program(size: int, place: int = 0) -> tuple[Task, Extraction]:
    source = SOURCE.replace("SIZE", f"{size}").replace("PLACE", f"{place}")
    return judging.program("red/add", source)


def test_a_large_constant_compiles_among_others_of_its_kind() -> None:
    items = [program(200, place) for place in range(3)]
    assert [verdict.kind for verdict in judging.judge(items, compile_s=20)] == ["passed"] * 3


def test_one_that_is_too_large_by_itself_is_over_a_limit() -> None:
    (found,) = judging.judge([program(2000)])
    assert (found.kind, found.compile_ok, found.error_code) == ("resource_limit", False, None)
    assert found.detail == "compiling took too much memory"
