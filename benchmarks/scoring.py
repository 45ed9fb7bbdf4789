"""Compare ``evalpkg score`` with ``human-eval-rust`` 3.0.0: CPU, wall, memory, verdicts.

    python -m benchmarks.scoring                     # the three sets, 1 and 2 workers
    python -m benchmarks.scoring --growth            # ours alone, 1,000 to 16,400 samples

Every figure is a whole process from start to end. Ours compiles and runs confined, with no
verdict cache; the peer runs its mode ``none`` with its policy off. Method: docs/performance.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import scoring_sets
from benchmarks.usage import Usage, measure
from evalpkg.models import Task
from evalpkg.scoring.peer import PeerSettings, peer_verdicts
from evalpkg.tasks import load_tasks

BROKEN_AS_PUBLISHED = ("truncated_test", "wrong_canonical", "wrong_test")


@dataclass(frozen=True, slots=True)
class Figures:
    """One set on one number of workers."""

    name: str
    rows: int
    unique: int
    workers: int
    ours: Usage
    peer: Usage | None
    peer_rows: int
    unequal: tuple[str, ...] = ()


def main() -> None:
    """Run the requested measurements and print Markdown."""
    options = _options()
    if options.peer_file:
        _be_the_peer(options)
        return
    tasks = list(load_tasks().tasks)
    with tempfile.TemporaryDirectory(prefix="evalpkg-bench-") as folder:
        bench = Bench(Path(folder), options.peer_rows)
        if options.growth:
            bench.growth(tasks)
        else:
            bench.sets(tasks, options.sets.split(","), [int(n) for n in options.workers.split(",")])


class Bench:
    """Run both scorers on the same files, and print the table line by line.

    Args:
        peer_rows: at most so many rows of a file are given to the peer, drawn evenly; it judges
            each row by itself, so that its cost per row does not depend on the others.
    """

    def __init__(self, folder: Path, peer_rows: int) -> None:
        self._folder = folder
        self._peer_rows = peer_rows
        self._environment = {k: v for k, v in os.environ.items() if k != "RUST_BACKTRACE"}
        self._environment["EVALPKG_CACHE"] = str(folder / "cache")

    def sets(self, tasks: list[Task], names: list[str], workers: list[int]) -> None:
        """The table of the three sets."""
        good = [task for task in tasks if not any(w in task.erratum for w in BROKEN_AS_PUBLISHED)]
        made: dict[str, tuple[list[Task], Callable[[], Iterator[scoring_sets.Row]]]] = {
            "canonicals, sound rows": (good, lambda: scoring_sets.distinct(good)),
            "canonicals, all rows": (tasks, lambda: scoring_sets.distinct(tasks)),
            "mix, a third failing": (good, lambda: scoring_sets.mix(good)),
            "30 tasks x 100, 32 % unique": (good, lambda: scoring_sets.repeated(good[:30])),
        }
        print(HEADER, flush=True)
        for number, (name, (_, rows)) in enumerate(made.items()):
            if str(number) not in names:
                continue
            samples = self._folder / f"{number}.jsonl"
            kept = scoring_sets.write(samples, rows())
            self._warm(samples)
            for count in workers:
                print(_line(self._compare(name, samples, kept, count)), flush=True)

    def growth(self, tasks: list[Task]) -> None:
        """Measure evalpkg alone on ever larger files."""
        print(
            "| samples | unique | CPU-ms/sample | wall s | samples/s "
            "| own peak MiB | largest process MiB | others' CPUs |"
        )
        print("|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
        for count in (10, 41, 164):
            samples = self._folder / f"growth-{count}.jsonl"
            kept = scoring_sets.write(samples, scoring_sets.repeated(tasks[:count]))
            self._warm(samples)
            used = self._ours(samples, 2, f"growth-{count}")
            unique = len({(row["task_id"], row["completion"]) for row in kept})
            per_row = 1000 * used.cpu / len(kept)
            print(
                f"| {len(kept):,} | {unique:,} | {per_row:.2f} | {used.wall_s:.0f} | "
                f"{len(kept) / used.wall_s:.0f} | {used.own_peak_mib:.0f} | {used.peak_mib:.0f} | "
                f"{used.busy:.1f} |",
                flush=True,
            )

    def _warm(self, samples: Path) -> None:
        """Build everything that is built once per toolchain or task: runtime, probes, oracles."""
        first = self._folder / "first.jsonl"
        lines = samples.read_text(encoding="utf-8").splitlines()
        seen = {json.loads(line)["task_id"]: line for line in lines}
        first.write_text("\n".join(seen.values()) + "\n", encoding="utf-8")
        self._ours(first, 2, f"warm-{samples.stem}")

    def _compare(self, name: str, samples: Path, kept: list[dict[str, str]], n: int) -> Figures:
        chosen = list(range(0, len(kept), max(1, -(-len(kept) // self._peer_rows))))
        peer_file = self._folder / "peer.jsonl"
        peer_file.write_text("".join(json.dumps(kept[at]) + "\n" for at in chosen))
        out = self._folder / "peer.out"
        command = [sys.executable, "-m", "benchmarks.scoring", "--peer-file", str(peer_file)]
        peer = measure([*command, "--peer-out", str(out), "--workers", str(n)], self._environment)
        ours = self._ours(samples, n, f"{samples.stem}-{n}")
        verdicts = self._folder / f"{samples.stem}-{n}" / "verdicts.jsonl"
        passed = [json.loads(line)["passed"] for line in verdicts.read_text().splitlines()]
        theirs = json.loads(out.read_text())
        unequal = [
            f"{kept[at]['task_id']} (row {at}): ours {passed[at]}"
            for at, their in zip(chosen, theirs, strict=True)
            if passed[at] != their
        ]
        unique = len({(row["task_id"], row["completion"]) for row in kept})
        return Figures(name, len(kept), unique, n, ours, peer, len(chosen), tuple(unequal))

    def _ours(self, samples: Path, workers: int, name: str) -> Usage:
        command = [
            sys.executable,
            "-m",
            "evalpkg",
            "score",
            str(samples),
            "--no-cache",
            "--verdicts-only",
        ]
        out = self._folder / name
        return measure(
            [*command, "--output-dir", str(out), "--n-workers", str(workers)], self._environment
        )


HEADER = """\
| set | rows (unique) | workers | peer CPU-ms/row | ours CPU-ms/row | ratio | ours per unique \
| peer rows/s | ours rows/s | ours peak MiB (largest, own) | rusage/cgroup (peer, ours) \
| others' CPUs (peer, ours) | unequal |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|"""


def _line(found: Figures) -> str:
    assert found.peer is not None
    theirs = 1000 * found.peer.cpu / found.peer_rows
    ours = 1000 * found.ours.cpu / found.rows
    cells = [
        found.name,
        f"{found.rows:,} ({found.unique:,})",
        str(found.workers),
        f"{theirs:.0f}" + (f" (on {found.peer_rows})" if found.peer_rows < found.rows else ""),
        f"{ours:.2f}",
        f"{theirs / ours:.0f}x",
        f"{1000 * found.ours.cpu / found.unique:.1f}",
        f"{found.peer_rows / found.peer.wall_s:.2f}",
        f"{found.rows / found.ours.wall_s:.0f}",
        f"{found.ours.peak_mib:.0f}, {found.ours.own_peak_mib:.0f}",
        f"{found.peer.seen:.0%}, {found.ours.seen:.0%}",
        f"{found.peer.busy:.1f}, {found.ours.busy:.1f}",
        "; ".join(found.unequal[:5]) or "none",
    ]
    return "| " + " | ".join(cells) + " |"


def _be_the_peer(options: argparse.Namespace) -> None:
    tasks = {task.task_id: task for task in load_tasks().tasks}
    rows = [json.loads(line) for line in Path(options.peer_file).read_text().splitlines()]
    settings = PeerSettings(unconfined=True, workers=int(options.workers))
    given = [(tasks[row["task_id"]], row["completion"]) for row in rows]
    verdicts = peer_verdicts(given, settings)
    Path(options.peer_out).write_text(json.dumps([verdict.passed for verdict in verdicts]))


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--growth", action="store_true", help="ours alone, up to 16,400 samples")
    parser.add_argument("--sets", default="0,1,2,3", help="which sets, by number")
    parser.add_argument("--workers", default="1,2", help="numbers of workers to try")
    parser.add_argument("--peer-rows", type=int, default=1_000_000, help="rows for the peer")
    parser.add_argument("--peer-file", help=argparse.SUPPRESS)
    parser.add_argument("--peer-out", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
