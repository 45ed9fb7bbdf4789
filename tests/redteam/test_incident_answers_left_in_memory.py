"""Incident: the next subject was forked from memory that held the last one's answers.

The fork-server passes answers on. What it freed was still there, in the heap that the next
process of the same batch inherits, where a program can look for it even without ``unsafe``
(rust-lang/rust#25860). A task with one assert would be passed by theft from a right neighbour.
"""

from __future__ import annotations

from tests.redteam import judging


def test_no_answer_of_a_neighbour_is_found() -> None:
    task_id = "red/spell_digits"
    thieves = judging.named("leak_previous_answer_safely") * 3
    items = []
    for number, (task, thief) in enumerate(thieves):
        again = judging.program(task.task_id, f"{thief.source}\n// {number}\n")
        items += [judging.canonical(task_id, f"{number}"), again]
    found = judging.kinds(items)
    assert found[0::2] == ["passed"] * len(thieves)
    assert "passed" not in found[1::2]
