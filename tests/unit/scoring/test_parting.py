"""A batch that was not compiled is parted, so that few programs are compiled alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.scoring.parting import is_a_suspect, parted
from evalpkg.tasks import load_tasks

SUSPECTS = [
    f"fn f() {{ let _n = {'&' * 3000}0u8; }}",
    f"fn f() {{ {'(' * 60}0{')' * 60}; }}",
    f"fn f() -> u64 {{ {'1 + ' * 400}1 }}",
    "fn f() { static A: [u8; 900 << 20] = [1; 900 << 20]; }",
    "const A: [[u8; 1000]; 1000 * 1000] = [[0; 1000]; 1000 * 1000];",
    "const S: u64 = { let mut i = 0u64; while i < 1 << 40 { i += 1; } i };",
    "const fn g(n: u64) -> u64 { g(n - 1) + g(n - 2) }",
    "macro_rules! m { () => { m!() } }",
    "".join(f"type T{n + 1} = (T{n}, T{n});\n" for n in range(20)),
]


@pytest.mark.parametrize("source", SUSPECTS)
def test_what_keeps_the_compiler_busy_is_a_suspect(source: str) -> None:
    assert is_a_suspect(source)


def test_hardly_a_solution_is_a_suspect() -> None:
    tasks = load_tasks().tasks
    found = [task.task_id for task in tasks if is_a_suspect(task.prompt + task.canonical_solution)]
    assert len(found) <= len(tasks) // 50


@given(st.lists(st.booleans(), min_size=2, max_size=64))
def test_every_program_is_in_one_group_which_is_smaller_than_the_batch(suspect: list[bool]) -> None:
    programs = list(enumerate(suspect))
    groups = parted(programs, lambda one: one[1])
    assert sorted(one for group in groups for one in group) == programs
    assert all(0 < len(group) < len(programs) for group in groups)
    assert all(len(group) == 1 or not one[1] for group in groups for one in group)
