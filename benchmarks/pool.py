"""The pool of workers: how much it costs, and how long its last worker is alone.

    python -m benchmarks.pool --study tail      # arithmetic alone: seconds, no model
    python -m benchmarks.pool --study speed     # embedded model: one process, pools of 1 and 2

``tail`` deals samples with the package's own ``Deal`` to simulated workers. A worker decodes
``--rows`` samples at once and takes a step for each token, so a part lasts as long as its slots
need. Lengths are drawn from those of the data set's solutions, in characters, with a spread for
samples of one task. ``--slow`` workers take twice the time. Beside it stands a fixed division, as
``--shard`` makes it.

``speed`` takes turns, so that other load on the machine meets all, and leaves out the start of the
workers. Prints the tables of ``docs/performance/generation.md``.
"""

from __future__ import annotations

import argparse
import heapq
import os
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from evalpkg.generation import EMBEDDED, GenerationSettings, create_backend
from evalpkg.generation.base import Backend, Listener
from evalpkg.generation.pool.dealing import Deal, Piece
from evalpkg.models import Role, Task
from evalpkg.store.shards import shard_of
from evalpkg.tasks import load_tasks

Long = dict[tuple[str, int], int]
"""The length of each sample, by task and index."""
SPREAD = 0.35
"""Standard deviation of the logarithm of a sample's length, around its task's solution."""


def lengths(tasks: Sequence[Task], samples: int, seed: int) -> Long:
    """Draw the length of each sample, by task and index."""
    draw = random.Random(seed)
    return {
        (task.task_id, index): max(
            1, round(len(task.canonical_solution) * draw.lognormvariate(0, SPREAD))
        )
        for task in tasks
        for index in range(samples)
    }


def pace(worker: int, slow: int) -> int:
    """Return the time of a worker's step: 2 for the first ``slow`` workers, 1 for the others."""
    return 2 if worker < slow else 1


def part_seconds(pieces: Sequence[Piece], long: Long, rows: int) -> int:
    """Return the steps that one worker needs for a part: a free slot takes the next sample."""
    slots = [0] * rows
    for task, index in pieces:
        heapq.heappush(slots, heapq.heappop(slots) + long[task.task_id, index])
    return max(slots)


def dealt(
    tasks: Sequence[Task], samples: int, workers: int, rows: int, long: Long, slow: int
) -> list[int]:
    """Return when each worker of a pool runs out of work."""
    deal = Deal([(task, list(range(samples))) for task in tasks], rows)
    free = [(0, worker) for worker in range(workers)]
    ended = [0] * workers
    while deal.left:
        now, worker = heapq.heappop(free)
        ended[worker] = now + part_seconds(deal.take(workers), long, rows) * pace(worker, slow)
        heapq.heappush(free, (ended[worker], worker))
    return ended


def divided(
    tasks: Sequence[Task], samples: int, workers: int, rows: int, long: Long, slow: int
) -> list[int]:
    """Return when each worker ends that makes one part of a run, as ``--shard`` divides it."""
    parts: list[list[Piece]] = [[] for _ in range(workers)]
    for task in tasks:
        for index in range(samples):
            parts[shard_of(task.task_id, index, Role.BASE, workers)].append((task, index))
    return [part_seconds(part, long, rows) * pace(n, slow) for n, part in enumerate(parts)]


def tail(samples: int, rows: int, seed: int, slow: int) -> Iterator[str]:
    """Yield the table of idle time: the share of all workers' time, and the longest wait."""
    tasks = load_tasks().tasks
    long = lengths(tasks, samples, seed)
    yield (
        "| workers | pool: idle, of all their time | first idle to end "
        "| fixed parts: idle | first idle to end |"
    )
    yield "|---:|---:|---:|---:|---:|"
    for workers in (2, 4, 8, 16, 64):
        cells = []
        for plan in (dealt, divided):
            ended = plan(tasks, samples, workers, rows, long, slow)
            last = max(ended)
            idle = 1 - sum(ended) / (last * workers)
            cells += [f"{idle:.1%}", f"{1 - min(ended) / last:.1%}"]
        yield f"| {workers} | {' | '.join(cells)} |"


def pool(workers: int, settings: GenerationSettings) -> GenerationSettings:
    """Return the settings of a pool with so many workers, one CPU each."""
    each = max(1, (os.cpu_count() or 1) // workers)
    return replace(settings, cluster="local", cpus_per_worker=each)


def seconds(backend: Backend, tasks: Sequence[Task], samples: int) -> float:
    """Return how long a backend takes for ``samples`` samples of each task."""
    began = time.perf_counter()
    made = sum(1 for _ in backend.generate(Role.BASE, [(t, list(range(samples))) for t in tasks]))
    if made != len(tasks) * samples:
        raise RuntimeError(f"{made} samples: not the job that was asked for")
    return time.perf_counter() - began


def speed(args: argparse.Namespace) -> Iterator[str]:
    """Yield the table of one process and pools of one and two workers."""
    tasks = load_tasks(limit=args.tasks).tasks
    settings = GenerationSettings(
        base_model=EMBEDDED,
        checkpoint_path=EMBEDDED,
        max_new_tokens=args.new_tokens,
        batch_size=args.rows,
        temperature=0.8,
    )
    kinds = {
        "one process": settings,
        "pool of 1": pool(1, settings),
        "pool of 2": pool(2, settings),
    }
    found: dict[str, list[float]] = {name: [] for name in kinds}
    for turn in range(args.repeats + 1):
        for name, own in kinds.items():
            backend = create_backend(own, Listener())
            try:
                spent = seconds(backend, tasks, args.samples)
            finally:
                backend.close()
            if turn:
                found[name].append(spent)
    first = statistics.median(found["one process"])
    asked = len(tasks) * args.samples
    yield "| | samples a second | ratio, wall | overhead of a sample, ms |"
    yield "|---|---:|---:|---:|"
    for name, runs in found.items():
        spent = statistics.median(runs)
        more = f"{1000 * (spent - first) / asked:+.1f}" if name == "pool of 1" else ""
        yield f"| {name} | {asked / spent:.2f} | {first / spent:.2f} | {more} |"


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--study", choices=["tail", "speed"], default="tail")
    parser.add_argument("--rows", type=int, help="samples decoded at once [128; 16 for speed]")
    parser.add_argument("--samples", type=int, help="of each task [100; 16 for speed]")
    parser.add_argument("--tasks", type=int, default=8)
    parser.add_argument("--new-tokens", type=int, default=48)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--slow", type=int, default=0, help="workers that take twice the time")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    small = args.study == "speed"
    args.rows = args.rows or (16 if small else 128)
    args.samples = args.samples or (16 if small else 100)
    for line in speed(args) if small else tail(args.samples, args.rows, args.seed, args.slow):
        print(line)


if __name__ == "__main__":
    main()
