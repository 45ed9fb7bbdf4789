"""Real tasks and samples, small enough to be judged in seconds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalpkg.models import Task
from evalpkg.tasks import load_tasks


@pytest.fixture(scope="session")
def tasks() -> list[Task]:
    """All tasks, repaired."""
    return list(load_tasks().tasks)


@pytest.fixture(scope="session")
def distinct_samples(tmp_path_factory: pytest.TempPathFactory, tasks: list[Task]) -> Path:
    """Eight tasks with forty samples each, no two of them the same program; every third wrong.

    The last two never end, one in each of two shards, so that a run is still judging when a test
    interrupts it, however fast the machine is.
    """
    path = tmp_path_factory.mktemp("samples") / "distinct.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for task in tasks[:8]:
            for index in range(40):
                body = "    todo!()\n}\n" if index % 3 == 2 else task.canonical_solution
                if task == tasks[7] and index >= 38:
                    body = "    loop {}\n}\n"
                row = {"task_id": task.task_id, "completion": f"    let _n = {index};\n{body}"}
                out.write(json.dumps({**row, "index": index}) + "\n")
    return path
