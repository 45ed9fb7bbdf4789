"""Report the mutants of the reference solutions that the data set's tests do not detect.

Compiles all mutants of a task as modules of one crate, runs each one's tests in a process of its
own with limits on CPU time and memory, and prints the survivors. No model output is involved, so
there is no sandbox. Usage:

    python scripts/weak_tests.py [--variant original] [--limit 12] [TASK_ID ...]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evalpkg.models import Task
from evalpkg.tasks import VARIANTS, load_tasks
from evalpkg.tasks.mutants import Mutant, mutants
from evalpkg.tasks.repairs import equivalent_mutants

CPU_SECONDS = 5
MEMORY_BYTES = 1 << 30


def rustc() -> str:
    """Find the toolchain's own binary: the rustup proxy would cost a process per call."""
    root = subprocess.run(
        ["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return str(Path(root) / "bin" / "rustc")


def compile_modules(compiler: str, task: Task, programs: Sequence[str], folder: Path) -> set[int]:
    """Compile ``programs`` into one test binary; return the indices of those that compile."""
    for index, program in enumerate(programs):
        (folder / f"m{index}.rs").write_text(program, "utf-8")
    alive = set(range(len(programs)))
    while alive:
        modules = "".join(f'#[path = "m{i}.rs"]\nmod m{i};\n' for i in sorted(alive))
        (folder / "lib.rs").write_text(f"#![allow(warnings)]\n{modules}", "utf-8")
        command = [compiler, f"--edition={task.edition}", "--test", "-Cdebuginfo=0"]
        command += ["-Ccodegen-units=1", "--error-format=json", "lib.rs", "-o", "tests"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return alive
        broken = failing_files(done.stderr)
        if not broken:
            raise RuntimeError(f"{task.task_id}: rustc failed for no file: {done.stderr[-2000:]}")
        alive -= broken
    return alive


def failing_files(messages: str) -> set[int]:
    """Return the indices of the modules that rustc's JSON errors point into."""
    broken: set[int] = set()
    for line in messages.splitlines():
        message = json.loads(line)
        if message.get("level") != "error":
            continue
        for span in message["spans"]:
            name = Path(span["file_name"]).stem
            if span["is_primary"] and name.startswith("m"):
                broken.add(int(name[1:]))
    return broken


def passes(folder: Path, index: int) -> bool:
    """Run the tests of one module; a crash, a limit or no test at all is a failure."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))

    environment = {k: v for k, v in os.environ.items() if k != "RUST_BACKTRACE"}
    done = subprocess.run(
        [str(folder / "tests"), f"m{index}::", "--test-threads=1"],
        capture_output=True,
        text=True,
        errors="replace",
        preexec_fn=limit,
        env=environment,
        check=False,
    )
    return done.returncode == 0 and "running 0 tests" not in done.stdout


def survivors(compiler: str, task: Task, limit: int | None) -> tuple[list[Mutant], int, bool]:
    """Return ``(mutants that pass, mutants that compile, reference solution passes)``."""
    candidates = mutants(task, limit)
    completions = [task.canonical_solution, *(m.source_completion for m in candidates)]
    programs = [f"{task.prompt}{text}\n\n{task.test}\n" for text in completions]
    scratch = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        folder = Path(name)
        alive = compile_modules(compiler, task, programs, folder)
        passed = {index for index in sorted(alive) if passes(folder, index)}
    alive.discard(0)
    known = equivalent_mutants().get(task.task_id, {})
    found = [m for i, m in enumerate(candidates, start=1) if i in passed and m.name not in known]
    return found, len(alive), 0 in passed


def main() -> int:
    """Print the survivors of each task and a summary line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ids", nargs="*")
    parser.add_argument("--variant", choices=VARIANTS, default="repaired")
    parser.add_argument("--limit", type=int, help="mutants per task")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    compiler = rustc()
    tasks = load_tasks(variant=options.variant, ids=options.ids or None).tasks
    total = weak = failing = alive = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        results = pool.map(lambda task: survivors(compiler, task, options.limit), tasks)
        for task, (found, compiled, sound) in zip(tasks, results, strict=True):
            total += compiled
            alive += len(found)
            weak += bool(found)
            failing += not sound
            if found or not sound:
                state = "" if sound else "  REFERENCE SOLUTION FAILS"
                print(f"{task.task_id} {task.entry_point}: {len(found)} of {compiled}{state}")
            for mutant in found:
                print(f"    {mutant.name}    {mutant.line}", flush=True)
    print(
        f"{len(tasks)} tasks, {total} mutants that compile: {alive} survive, in {weak} tasks; "
        f"{failing} reference solutions fail"
    )
    return 1 if alive or failing else 0


if __name__ == "__main__":
    raise SystemExit(main())
