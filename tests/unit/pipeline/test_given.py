"""The input of a run is checked before anything is done with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalpkg.config import load_config
from evalpkg.errors import DataError
from evalpkg.pipeline.given import given_by


def test_solutions_that_tasks_do_not_have_are_not_replayed(tmp_path: Path) -> None:
    rows = [
        {
            "task_id": f"own/{n}",
            "entry_point": "one",
            "prompt": "fn one() -> i32 {\n",
            "test": "mod tests { use super::*; #[test] fn t() { assert_eq!(one(), 1); } }",
            **({"canonical_solution": "    1\n}"} if n == 0 else {}),
        }
        for n in range(3)
    ]
    (tmp_path / "own.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    given = {"backend": "replay", "dataset": str(tmp_path / "own.jsonl"), "output_dir": tmp_path}
    with pytest.raises(DataError, match=r"own/1 and 1 more have no solution") as caught:
        given_by(load_config({**given, "replay_base": "stub", "replay_finetuned": "canonical"}))
    assert "--skip-finetuned" in caught.value.cure
    stubs = {**given, "replay_base": "stub", "replay_finetuned": "canonical"}
    assert len(given_by(load_config({**stubs, "skip_finetuned": True})).tasks.tasks) == 3
    assert given_by(load_config({**stubs, "limit": 1})).tasks.tasks[0].task_id == "own/0"
