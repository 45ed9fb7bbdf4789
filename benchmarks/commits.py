"""Compare the cost of a verdict at two commits: CPU time, by turns, with the peer beside them.

    git worktree add ../before aa22c19
    python -m benchmarks.commits --before ../before [--rounds 5] [--peer-rows 60]

Both judge the files of ``benchmarks.scoring`` without a verdict cache, each with a cache folder of
its own. CPU time is user and system time of the process and of all that it starts. The two take
turns, and the order changes from round to round, so that other work of the machine meets both.

A file of one row shows what a command costs before it judges anything. What a verdict costs is the
difference from that, over the rows that a file has more.
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
from dataclasses import dataclass
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


def sets(good: Sequence[Task], tasks: Sequence[Task]) -> list[Made]:
    """Return the sets of ``benchmarks.scoring``: of the sound tasks, and of all."""
    return [
        ("canonicals, sound rows", lambda: scoring_sets.distinct(good)),
        ("canonicals, all rows", lambda: scoring_sets.distinct(tasks)),
        ("mix, a third failing", lambda: scoring_sets.mix(good)),
        ("30 tasks x 100, 32 % distinct", lambda: scoring_sets.repeated(good[:30])),
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


HEADINGS = (
    *("set", "rows", "peer", "start before", "after", "ratio", "verdict before", "after", "ratio"),
    *("both by row before", "after", "ratio", "each round", "unequal"),
)


def main() -> None:
    """Measure both checkouts on each set, and print a table in CPU-ms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, required=True, help="a checkout of the old commit")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sets", default="0,1,2,3", help="which sets, by number")
    parser.add_argument("--peer-rows", type=int, default=60, help="rows for the peer; 0 leaves out")
    options = parser.parse_args()
    print(f"| {' | '.join(HEADINGS)} |\n|---|{'---:|' * (len(HEADINGS) - 1)}", flush=True)
    with tempfile.TemporaryDirectory(prefix="evalpkg-commits-") as name:
        folder = Path(name)
        checkouts = (options.before.resolve(), HERE)
        sides = [Side(one, folder / str(place)) for place, one in enumerate(checkouts)]
        tasks = load_tasks().tasks
        good = [task for task in tasks if not any(w in task.erratum for w in BROKEN_AS_PUBLISHED)]
        scoring_sets.write(folder / "one.jsonl", islice(scoring_sets.distinct(good), 1))
        for number, (title, rows) in enumerate(sets(good, tasks)):
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
    for side in sides:
        side.score(folder / "rows.jsonl", options.workers)  # builds the runtime and the oracles
    rounds = []
    for turn in range(options.rounds):
        order = sides if turn % 2 == 0 else sides[::-1]
        found = {side: _measured(side, folder, len(kept), options.workers) for side in order}
        rounds.append([found[side] for side in sides])
    unequal = max(
        sum(a != b for a, b in zip(old.verdicts, new.verdicts, strict=True)) for old, new in rounds
    )
    peer = f"{peer_ms(folder, kept, options):.0f}" if options.peer_rows else "-"
    starts = [(old.start, new.start) for old, new in rounds]
    verdicts = [(old.verdict, new.verdict) for old, new in rounds]
    whole = [(old.whole, new.whole) for old, new in rounds]
    each = ", ".join(f"{after / before:.2f}" for before, after in whole)
    told = [*_told(starts), *_told(verdicts), *_told(whole)]
    cells = [title, f"{len(kept):,}", peer, *told, each, str(unequal)]
    print(f"| {' | '.join(cells)} |", flush=True)


@dataclass(frozen=True, slots=True)
class _Cost:
    """CPU-ms of a command, and the verdicts that it gave.

    Attributes:
        start: of a command with one row.
        verdict: of each further row.
        whole: of the whole command, by row.
        verdicts: the verdict of each row.
    """

    start: float
    verdict: float
    whole: float
    verdicts: list[str]


def _measured(side: Side, folder: Path, rows: int, workers: int) -> _Cost:
    one, _ = side.score(folder / "one.jsonl", workers)
    every, verdicts = side.score(folder / "rows.jsonl", workers)
    by_row = 1000 * every / rows
    return _Cost(1000 * one, 1000 * (every - one) / (rows - 1), by_row, verdicts)


def _told(pairs: Sequence[tuple[float, float]]) -> tuple[str, str, str]:
    """Return the medians before and after, and the median of the ratios."""
    before, after = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(after / before for before, after in pairs)
    return f"{before:.2f}", f"{after:.2f}", f"**{ratio:.2f}**"


if __name__ == "__main__":
    main()
