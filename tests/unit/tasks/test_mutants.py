"""Mutants: the same ones each time, and each of them really another program."""

from __future__ import annotations

import pytest

from evalpkg.models import Task
from evalpkg.tasks import load_tasks
from evalpkg.tasks.mutants import mutants

TASK = Task(
    task_id="t",
    prompt="// Below n, or 0.\nfn f(values: &[i32], n: i32) -> i32 {",
    entry_point="f",
    test="",
    canonical_solution='\n    if values.len() > 2 && n != 0 {\n        return n + 1;\n    }\n'
    '    values.iter().filter(|v| **v < n).count() as i32\n}\n',
)  # fmt: skip


def test_the_changes_that_tests_must_notice_are_made() -> None:
    lines = {mutant.line for mutant in mutants(TASK)}
    assert "todo!()" in lines
    assert "Default::default()" in lines
    assert "0" in lines
    assert "(n).to_owned()" in lines
    assert "if values.len() >= 2 && n != 0 {" in lines
    assert "if values.len() > 2 || n != 0 {" in lines
    assert "if !(values.len() > 2 && n != 0) {" in lines
    assert "return n - 1;" in lines
    assert "return n + 2;" in lines
    assert "values.iter().filter(|v| **v >= n).count() as i32" in lines
    assert "values.iter().take_while(|v| **v < n).count() as i32" in lines


def test_mutants_are_distinct_named_and_reproducible() -> None:
    for task in load_tasks().tasks:
        found = mutants(task)
        assert found == mutants(task)
        assert len(found) >= 4
        assert len({mutant.name for mutant in found}) == len(found)
        changed = {mutant.source_completion for mutant in found}
        assert len(changed) == len(found)
        assert task.canonical_solution not in changed


def test_only_the_solution_is_changed() -> None:
    prompt = "use std::cmp::max;\nfn g(a: i32) -> bool { a < 1 }\nfn f(n: i32) -> bool {"
    task = Task("t", prompt, "f", "", canonical_solution=" g(n) }")
    kinds = {mutant.name.split(":")[0] for mutant in mutants(task)}
    assert kinds == {"stub"}


def test_a_limit_keeps_stubs_and_a_mix() -> None:
    few = mutants(TASK, limit=12)
    assert len(few) == 12
    assert few == mutants(TASK)[:12]
    kinds = [mutant.name.split(":")[0] for mutant in few if not mutant.name.startswith("stub")]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize(
    ("call", "changed"),
    [('Some("ab")', 'Some("a")'), ('x.expect("ab")', None), ('f::g("ab")', 'f::g("a")')],
)
def test_a_text_that_is_passed_is_shortened_unless_it_is_a_message(
    call: str, changed: str | None
) -> None:
    task = Task("t", "fn f(x: i32) -> i32 {", "f", "", canonical_solution=f"\n    {call}\n}}\n")
    shorter = [m.line for m in mutants(task) if m.name.startswith("shorter")]
    assert shorter == ([] if changed is None else [changed])
