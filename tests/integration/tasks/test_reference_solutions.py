"""Every repaired row, compiled by rustc: the reference solution passes, a stub does not.

One crate holds all solutions, another all stubs. That the second one compiles shows that no test
needs anything but the entry point and what the prompt brings along.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from evalpkg.tasks import load_tasks

TASKS = load_tasks().tasks


def outcomes(folder: Path, bodies: Sequence[str]) -> dict[int, bool]:
    """Task index to whether all its tests passed."""
    modules = []
    for index, (task, body) in enumerate(zip(TASKS, bodies, strict=True)):
        source = f"{task.prompt}{body}\n\n{task.test}\n"
        (folder / f"m{index}.rs").write_text(source, "utf-8")
        modules.append(f'#[path = "m{index}.rs"]\nmod m{index};\n')
    (folder / "lib.rs").write_text("#![allow(warnings)]\n" + "".join(modules), "utf-8")
    command = ["rustc", "--edition=2024", "--test", "-Cdebuginfo=0", "lib.rs", "-o", "tests"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    run = subprocess.run(
        [str(folder / "tests"), "--test-threads=1"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    results: dict[int, bool] = {}
    for line in run.stdout.splitlines():
        words = line.split()
        if len(words) == 4 and words[0] == "test" and words[2] == "...":
            index = int(words[1].partition("::")[0].removeprefix("m"))
            results[index] = results.get(index, True) and words[3] == "ok"
    return results


def test_every_reference_solution_passes(tmp_path: Path) -> None:
    results = outcomes(tmp_path, [task.canonical_solution for task in TASKS])
    assert set(results) == set(range(len(TASKS)))
    failed = [TASKS[index].task_id for index, passed in results.items() if not passed]
    assert failed == []


def test_every_stub_fails(tmp_path: Path) -> None:
    results = outcomes(tmp_path, ["\n    todo!()\n}\n"] * len(TASKS))
    assert set(results) == set(range(len(TASKS)))
    passed = [TASKS[index].task_id for index, passed in results.items() if passed]
    assert passed == []
