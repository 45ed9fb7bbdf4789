"""Incident: an answer can be a bomb for the tests that receive it.

Tests loop over what a function returned, or allocate as much as it said. The oracle had no limits
of its own: 32 TiB aborted it, a range of 2^64 kept it busy. An aborted judge is an infrastructure
error, which counts for nothing: a way out of the denominator, for the neighbours as well.
"""

from __future__ import annotations

from tests.redteam import judging


def test_the_bomb_is_the_programs_fault_and_its_neighbours_keep_their_verdicts() -> None:
    items = [
        judging.canonical("red/padding"),
        *judging.named("answer_makes_the_test_allocate", "answer_makes_the_test_loop"),
        judging.canonical("red/span"),
    ]
    found = judging.kinds(items)
    assert found[0] == found[3] == "passed"
    assert set(found[1:3]) <= {"resource_limit", "test_failed", "timeout"}
