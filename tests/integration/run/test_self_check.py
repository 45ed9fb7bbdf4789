"""The gate: every repaired task holds, and every broken row of the original is named."""

import json
from pathlib import Path

from evalpkg.errors import ExitCode
from evalpkg.tasks import load_tasks
from tests.integration.run.command import evalpkg, succeed

KNOWN = ("--backend", "replay", "--replay-base", "stub", "--replay-finetuned", "canonical")
ONE = ("--num-samples", "1", "--k-values", "1")


def pass_rates(root: Path) -> dict[str, float]:
    roles = json.loads((root / "no-policy/metrics.json").read_text())["roles"]
    return {role: own["pass_at_k"][0]["value"] for role, own in roles.items()}


def test_all_repaired_tasks_canonical_one_stub_zero(tmp_path: Path) -> None:
    succeed("run", *KNOWN, *ONE, "--output-dir", tmp_path)
    assert pass_rates(tmp_path) == {"base": 0.0, "finetuned": 1.0}
    check = json.loads((tmp_path / "eval_metadata.json").read_text())["self_check"]
    assert check["passed"]


def test_the_original_data_set_is_refused_and_its_broken_rows_are_named(tmp_path: Path) -> None:
    refused = evalpkg(
        "run", *KNOWN, *ONE, "--dataset-variant", "original", "--output-dir", tmp_path
    )
    assert refused.returncode == ExitCode.GATE
    truncated = [task.task_id for task in load_tasks().tasks if "truncated_test" in task.erratum]
    assert len(truncated) == 32
    for task_id in truncated:
        assert f"self-check: {task_id}: the tests cannot be used: " in refused.stderr
    assert not (tmp_path / "no-policy").exists()


def test_an_override_goes_on_and_is_recorded(tmp_path: Path) -> None:
    wrong = next(
        task.task_id for task in load_tasks().tasks if task.task_id == "Transform/39f0fc19cf01"
    )
    arguments = (*KNOWN, *ONE, "--dataset-variant", "original", "--task-ids", wrong)
    assert evalpkg("run", *arguments, "--output-dir", tmp_path).returncode == ExitCode.GATE
    succeed("run", *arguments, "--allow-failed-gate", "--output-dir", tmp_path)
    check = json.loads((tmp_path / "eval_metadata.json").read_text())["self_check"]
    assert (check["passed"], check["overridden"]) == (False, True)
    assert wrong in check["outcome"]
    assert "self-check" in (tmp_path / "combined_summary.md").read_text()


def test_solutions_that_a_data_set_does_not_bring_are_not_said_to_have_passed(
    tmp_path: Path,
) -> None:
    row = {
        "name": "HumanEval_0_add",
        "prompt": "fn add(a: isize, b: isize) -> isize {\n",
        "tests": "}\n\nfn main() {\n    assert_eq!(add(1, 2), 3);\n}\n",
    }
    (tmp_path / "tasks.jsonl").write_text(json.dumps(row) + "\n")
    arguments = ("--dataset", tmp_path / "tasks.jsonl", "--skip-finetuned")
    succeed("run", *KNOWN, *ONE, *arguments, "--output-dir", tmp_path / "out")
    check = json.loads((tmp_path / "out/eval_metadata.json").read_text())["self_check"]
    assert "1 of 1 tasks have no canonical solution" in check["outcome"]
