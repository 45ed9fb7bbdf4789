"""Every shape that models answer in, and the program it means."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from evalpkg.extraction import extract
from evalpkg.models import Task

CORPUS = Path(__file__).parent / "corpus"


def examples() -> list[Any]:
    found = []
    for file in sorted(CORPUS.glob("*.toml")):
        content = tomllib.loads(file.read_text("utf-8"))
        task = Task("t", content["task"]["prompt"], content["task"]["entry_point"], "")
        for example in content["example"]:
            found.append(pytest.param(task, example, id=f"{file.stem}: {example['name']}"))
    return found


@pytest.mark.parametrize(("task", "example"), examples())
def test_the_program_is_found(task: Task, example: dict[str, Any]) -> None:
    completion = example["completion"]
    found = extract(task, completion)
    assert found.rule == example["rule"]
    assert found.main_free is example.get("main_free", True)
    if found.rule == "no_code":
        assert found.source is None
        return
    assert found.source is not None
    if "source" in example:
        assert found.source.strip("\n") == expected(example["source"], task).strip("\n")
    if example.get("same"):
        assert found.source == completion
    for part in example.get("contains", ()):
        assert part in found.source
    for part in example.get("once", ()):
        assert found.source.count(part) == 1
    for part in example.get("absent", ()):
        assert part not in found.source


def expected(source: str, task: Task) -> str:
    return source.replace("{prompt}", task.prompt)


def test_the_corpus_has_every_rule() -> None:
    rules = {param.values[1]["rule"].removeprefix("fenced_") for param in examples()}
    assert rules >= {
        *("function", "body", "body_unclosed", "nested", "function_broken", "body_broken"),
        "no_code",
    }
    assert len(examples()) >= 60
