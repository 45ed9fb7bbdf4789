"""Compare the cost of a verdict at two commits: CPU time, by turns, with the peer beside them.

    git worktree add ../before aa22c19
    python -m benchmarks.commits --before ../before [--rounds 5] [--peer-rows 60]

Both judge the files of ``benchmarks.scoring`` without a verdict cache, each with a cache folder of
its own. CPU time is user and system time of the process and of all that it starts. The two take
turns, and the order changes from round to round, so that other work of the machine meets both.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from benchmarks import scoring_sets
from benchmarks.scoring import BROKEN_AS_PUBLISHED
from benchmarks.usage import measure
from evalpkg.models import Task
from evalpkg.tasks import load_tasks

HERE = Path(__file__).parents[1]

_UNUSUAL = ("RUST_BACKTRACE", "PYTHONDONTWRITEBYTECODE")
"""Variables that a user does not set; without byte code, each start compiles every module anew."""

Made = tuple[str, Callable[[], Iterator[scoring_sets.Row]]]


class Side:
    """One checkout, with a cache folder of its own.

    Args:
        checkout: the folder that holds its ``evalpkg``.
        folder: where the cache folder and the verdicts go.
    """

    def __init__(self, checkout: Path, folder: Path) -> None:
        self._out = folder / "out"
        self._environment = {k: v for k, v in os.environ.items() if k not in _UNUSUAL}
        self._environment |= {"PYTHONPATH": str(checkout), "EVALPKG_CACHE": str(folder / "cache")}

        # -P: the folder that we are in holds an evalpkg, too.
        self._command = [sys.executable, "-P", "-m", "evalpkg", "score"]
        known = subprocess.run(
            [*self._command, "--help"], env=self._environment, capture_output=True, check=True
        )
        # An earlier commit writes nothing but verdicts, and has no option for it.
        self._only = ["--verdicts-only"] if b"--verdicts-only" in known.stdout else []

    def score(self, samples: Path, workers: int) -> tuple[float, list[str]]:
        """Judge a file; return the CPU seconds and the verdict of each row."""
        shutil.rmtree(self._out, ignore_errors=True)  # or it would go on with what is there
        command = [*self._command, str(samples), "--no-cache", *self._only]
        command += ["--output-dir", str(self._out), "--n-workers", str(workers)]
        used = measure(command, self._environment)
        lines = (self._out / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()
        return used.cpu, [str(json.loads(line)["verdict"]) for line in lines]


def sets(tasks: Sequence[Task]) -> list[Made]:
    """Return the sets of ``benchmarks.scoring``, and a file of one row."""
    good = [task for task in tasks if not any(w in task.erratum for w in BROKEN_AS_PUBLISHED)]
    return [
        ("canonicals, sound rows", lambda: scoring_sets.distinct(good)),
        ("canonicals, all rows", lambda: scoring_sets.distinct(tasks)),
        ("mix, a third failing", lambda: scoring_sets.mix(good)),
        ("30 tasks x 100, 32 % distinct", lambda: scoring_sets.repeated(good[:30])),
        ("one row: what a command costs", lambda: islice(scoring_sets.distinct(good), 1)),
    ]


def peer_ms(folder: Path, kept: Sequence[scoring_sets.Row], options: argparse.Namespace) -> float:
    """Return the peer's CPU-ms a row, on rows drawn evenly."""
    chosen = kept[:: max(1, -(-len(kept) // options.peer_rows))]
    given = folder / "peer.jsonl"
    given.write_text("".join(json.dumps(row) + "\n" for row in chosen), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.scoring", "--peer-file", str(given)]
    command += ["--peer-out", str(folder / "peer.out"), "--workers", str(options.workers)]
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    return 1000 * measure(command, environment).cpu / len(chosen)


def main() -> None:
    """Measure both checkouts on each set, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, required=True, help="a checkout of the old commit")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sets", default="0,1,2,3,4", help="which sets, by number")
    parser.add_argument("--peer-rows", type=int, default=60, help="rows for the peer; 0 leaves out")
    options = parser.parse_args()
    print("| set | rows | peer, CPU-ms | before | after | after/before | each round | unequal |")
    print("|---|---:|---:|---:|---:|---:|---|---:|", flush=True)
    with tempfile.TemporaryDirectory(prefix="evalpkg-commits-") as name:
        folder = Path(name)
        checkouts = (options.before.resolve(), HERE)
        sides = [Side(one, folder / str(place)) for place, one in enumerate(checkouts)]
        for number, (title, rows) in enumerate(sets(load_tasks().tasks)):
            if str(number) in options.sets.split(","):
                kept = scoring_sets.write(folder / "rows.jsonl", rows())
                _compare(folder, title, kept, sides, options)


def _compare(
    folder: Path,
    title: str,
    kept: Sequence[scoring_sets.Row],
    sides: Sequence[Side],
    options: argparse.Namespace,
) -> None:
    samples = folder / "rows.jsonl"
    for side in sides:
        side.score(samples, options.workers)  # builds the runtime and the oracles
    pairs, unequal = [], 0
    for turn in range(options.rounds):
        order = sides if turn % 2 == 0 else sides[::-1]
        found = {side: side.score(samples, options.workers) for side in order}
        (before, old), (after, new) = (found[side] for side in sides)
        pairs.append((1000 * before / len(kept), 1000 * after / len(kept)))
        unequal = max(unequal, sum(a != b for a, b in zip(old, new, strict=True)))
    peer = peer_ms(folder, kept, options) if options.peer_rows else float("nan")
    ratios = [after / before for before, after in pairs]
    each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    before, after = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(
        f"| {title} | {len(kept):,} | {peer:.0f} | {before:.2f} | {after:.2f} | "
        f"**{statistics.median(ratios):.2f}** | {each} | {unequal} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
