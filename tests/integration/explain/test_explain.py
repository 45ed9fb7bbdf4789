"""``evalpkg explain`` says how a verdict came about; hostile text cannot paint over it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalpkg.cli.app import app
from evalpkg.cli.explain import _tame

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


def test_markup_and_control_characters_are_text() -> None:
    assert _tame("[red]\x07\t\u202e") == "\\[red]\\x07    \\u202e"
