"""Cost of hogs: some rows use up time, memory, output, threads or the compiler.

    python -m benchmarks.hogs [--rows 1000] [--share 0.3] [--workers 2]

The same file is scored twice: as it is, and with a right answer in the place of each hog. The floor
is what the limits allow the hogs, divided by the workers: a hog of time, of memory or of the
compiler may use all of its limit; the others end when they meet theirs. The ratio is measured /
(clean + floor).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from evalpkg.models import Task
from evalpkg.tasks import load_tasks


class Hog(NamedTuple):
    """A body that uses up one thing.

    Attributes:
        runs: it uses the whole time limit of a run.
        compiles: it uses the whole time limit of the compiler.
    """

    name: str
    body: str
    runs: bool = False
    compiles: bool = False


def _doubled(depth: int) -> str:
    steps = " ".join("a" for _ in range(depth))
    return (
        "macro_rules! double { ([] $($t:tt)*) => { [$($t)*].len() }; "
        "([$s:tt $($r:tt)*] $($t:tt)*) => { double!([$($r)*] $($t)* $($t)*) }; }\n"
        f"    std::hint::black_box(double!([{steps}] 1u8,)); "
    )


CONSTANT = (
    "#[allow(long_running_const_eval)] const S: u64 = { let mut i = 0u64; "
    "while i < 1 << 40 { i += 1; } i };\n    std::hint::black_box(S); "
)
ARRAYS = "".join(
    f"static {name}: [u8; 900 << 20] = [{n}; 900 << 20]; std::hint::black_box(&{name}); "
    for n, name in enumerate("ABCD", 1)
)
HOGS = (
    Hog("computes for ever", "loop { std::hint::black_box(0); } ", runs=True),
    Hog("sleeps", "loop { std::thread::sleep(std::time::Duration::from_secs(60)); } ", runs=True),
    Hog("memory", "let mut all = Vec::new(); loop { all.push(vec![1u8; 1 << 24]); } ", runs=True),
    Hog("output", 'loop { println!("{}", "x".repeat(4096)); } '),
    Hog("threads", "loop { std::thread::spawn(|| std::thread::park()); } "),
    Hog("constant without end", CONSTANT, compiles=True),
    Hog("macro that doubles", _doubled(26), compiles=True),
    Hog("statics of the compiler's memory", ARRAYS, compiles=True),
    Hog("compiler's stack", "let _n = " + "&" * 3000 + "0u8; "),
)


def rows(tasks: list[Task], count: int, share: float) -> tuple[list[dict[str, str]], list[Hog]]:
    """Make rows, with a hog at each multiple of ``1 / share``."""
    found: list[dict[str, str]] = []
    hogs: list[Hog] = []
    for number in range(count):
        task = tasks[number % len(tasks)]
        body = task.canonical_solution
        if int((number + 1) * share) > int(number * share):
            hog = HOGS[len(hogs) % len(HOGS)]
            hogs.append(hog)
            body = f"    if std::hint::black_box(true) {{ {hog.body} }}\n{body}"
            found.append(_row(task, number, body, hog.name))
        else:
            found.append(_row(task, number, body, ""))
    return found, hogs


def _row(task: Task, number: int, body: str, hog: str) -> dict[str, str]:
    return {"task_id": task.task_id, "completion": f"    // {number}\n{body}", "hog": hog}


def score(
    folder: Path, name: str, given: list[dict[str, str]], options: argparse.Namespace
) -> tuple[float, list[dict[str, str]]]:
    """Run one whole command; return its wall seconds and its rows."""
    samples, out = folder / f"{name}.jsonl", folder / name
    samples.write_text("".join(json.dumps(row) + "\n" for row in given), encoding="utf-8")
    command = [sys.executable, "-m", "evalpkg", "score", str(samples), "--no-cache"]
    command += ["--timeout", str(options.timeout), "--n-workers", str(options.workers)]
    command += ["--compile-timeout", str(options.compile_timeout), "--output-dir", str(out)]
    started = time.monotonic()
    root = str(Path(__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    taken = time.monotonic() - started
    if done.returncode not in (0, 6):
        sys.exit(done.stderr)
    answer = (out / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()
    return taken, [json.loads(line) for line in answer]


def main() -> None:
    """Score both files and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=1.0)
    parser.add_argument("--compile-timeout", type=float, default=3.0)
    options = parser.parse_args()
    tasks = [task for task in load_tasks().tasks if not task.erratum]
    with tempfile.TemporaryDirectory(prefix="evalpkg-hogs-") as folder:
        place = Path(folder)
        given, hogs = rows(tasks, options.rows, options.share)
        right = rows(tasks, options.rows, 0)[0]
        score(place, "warm", right, argparse.Namespace(**vars(options)))
        clean, _ = score(place, "clean", right, options)
        taken, judged = score(place, "hogs", given, options)
    runs, compiles = sum(hog.runs for hog in hogs), sum(hog.compiles for hog in hogs)
    floor = (runs * options.timeout + compiles * options.compile_timeout) / options.workers
    print("| rows | hogs | workers | clean, s | floor, s | measured, s | ratio |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    print(
        f"| {len(given):,} | {len(hogs)} | {options.workers} | {clean:.0f} | {floor:.0f} | "
        f"{taken:.0f} | {taken / (clean + floor):.2f} |\n"
    )
    for name in ["", *dict.fromkeys(hog.name for hog in hogs)]:
        kinds = Counter(row["verdict"] for row in judged if row["hog"] == name)
        print(f"{name or 'no hog'}: {dict(kinds)}")


if __name__ == "__main__":
    main()
