"""``evalpkg explain`` says how a verdict came about; control characters cannot hide its words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalpkg.cli.app import app
from evalpkg.cli.explain import _reason, _tame
from evalpkg.models import Extraction, Task, Verdict, VerdictKind
from evalpkg.pipeline.explain import Explanation
from tests.integration.run.command import evalpkg, succeed

TASK = {
    "task_id": "own/add",
    "prompt": "/// Adds.\nfn add(x: i32, y: i32) -> i32 {\n",
    "entry_point": "add",
    "canonical_solution": "    x + y\n}\n",
    "test": "#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn a() {\n"
    "        assert_eq!(add(1, 2), 3);\n    }\n}\n",
}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    tasks, samples = tmp_path / "tasks.jsonl", tmp_path / "samples.jsonl"
    tasks.write_text(json.dumps(TASK) + "\n")
    rows = [
        "<think>hm</think>```rust\nfn add(x: i32, y: i32) -> i32 {\n    x + y\n}\n```",
        "    x - y\n}\n\x1b[2J[bold red]passed[/]",
        "I cannot.",
    ]
    lines = (json.dumps({"task_id": "add", "solution": text}) for text in rows)
    samples.write_text("".join(f"{line}\n" for line in lines))
    return tasks, samples


def explained(files: tuple[Path, Path], row: int, *more: str) -> str:
    tasks, samples = files
    command = ["explain", str(samples), str(row), "--dataset", str(tasks), *more]
    done = CliRunner().invoke(app, command, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_each_step_the_program_and_the_verdict_are_shown(files: tuple[Path, Path]) -> None:
    found = json.loads(explained(files, 1, "--json"))
    assert [step["what"] for step in found["steps"]] == ["thoughts", "complete definition"]
    assert found["extraction_rule"] == "fenced_function"
    assert found["verdict"] == "passed"
    assert "x + y" in found["program"]


def test_the_page_says_why_and_shows_hostile_text_tame(files: tuple[Path, Path]) -> None:
    page = explained(files, 2)
    assert "\x1b[2J" not in page
    assert "\\x1b" in page
    assert "[bold red]" in page
    assert "test_failed" in page
    assert "no program was found" in explained(files, 3)


@pytest.mark.parametrize(
    ("kind", "compile_ok", "words"),
    [
        ("compile_error", False, "rustc rejected"),
        ("timeout", False, "rustc did not end"),
        ("resource_limit", False, "rustc did not end"),
        ("timeout", True, "when its tests were run"),
        ("tampered", True, "when its tests were run"),
        ("passed", True, "every test of the task passed"),
        ("infra_error", None, "this machine failed"),
        ("task_fault", None, "own tests cannot be used"),
    ],
)
def test_each_kind_of_verdict_has_its_own_reason(
    kind: str, compile_ok: bool | None, words: str
) -> None:
    verdict = Verdict(VerdictKind(kind), compile_ok)
    task = Task(TASK["task_id"], TASK["prompt"], TASK["entry_point"], TASK["test"])
    explained = Explanation(task, "", (), 0, Extraction("fn add() {}", "function"), verdict)
    assert words in _reason(explained)


def test_a_run_s_sample_is_judged_under_the_limits_of_the_run(tmp_path: Path) -> None:
    tasks, run, answers = tmp_path / "tasks.jsonl", tmp_path / "run", tmp_path / "replay.jsonl"
    tasks.write_text(json.dumps(TASK) + "\n")
    answers.write_text(json.dumps({"task_id": "own/add", "completion": "    loop {}\n}\n"}) + "\n")
    succeed(
        *("run", "--backend", "replay", "--replay-base", answers, "--skip-finetuned"),
        *("--num-samples", "1", "--k-values", "1", "--dataset", tasks, "--output-dir", run),
        *("--timeout", "1"),
    )
    found = json.loads(succeed("explain", run, "--task", "own/add", "--json"))
    assert "1 s" in found["detail"]
    assert found["recorded_verdict"] == found["verdict"] == "timeout"


def test_markup_and_control_characters_are_text() -> None:
    assert _tame("[red]\x07\t\u202e") == "\\[red]\\x07    \\u202e"


def test_a_user_asks_for_a_row_of_a_file_and_for_a_sample_of_a_run(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    tasks, samples = files
    page = succeed("explain", samples, "2", "--dataset", tasks)
    assert "own/add" in page
    assert "test_failed" in page
    run, answers = tmp_path / "run", tmp_path / "replay.jsonl"
    rows = ({"task_id": "own/add", "completion": text} for text in ("    x + y\n}\n", ""))
    answers.write_text("".join(json.dumps(row) + "\n" for row in rows))
    succeed(
        *("run", "--backend", "replay", "--replay-base", answers, "--skip-finetuned"),
        *("--num-samples", "2", "--k-values", "1", "--dataset", tasks, "--output-dir", run),
    )
    asked = ("explain", run, "--role", "base", "--task", "own/add")
    found = [json.loads(succeed(*asked, "--index", i, "--json")) for i in "01"]
    assert [one["verdict"] for one in found] == ["passed", "no_code"]
    assert json.loads(succeed("explain", run, "--task", "own/add", "--json"))["verdict"] == "passed"
    unknown = evalpkg(*asked, "--index", "2")
    assert unknown.returncode == 4
    assert "no sample 2 of 'own/add'" in unknown.stderr
