"""Write a synthetic run directory with a known effect, as large as a real one.

The default (164 tasks, 100 samples, two models, two modes) is 65,600 rows::

    python -m benchmarks.synthetic OUT --effect 0.05 --seed 1

The rows look real: Rust, compiler messages, policy violations, and strings that attack a report.
No model wrote them, and no compiler judged them.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.population import Population, cluster_index
from benchmarks.synthetic_rust import (
    COMPILER,
    DETAILS,
    HOSTILE,
    VIOLATIONS,
    made_up_task,
    write_completion,
)
from evalpkg.models import Mode, Role, Row, Task, VerdictKind
from evalpkg.store.json_lines import read_objects
from evalpkg.store.layout import RunLayout
from evalpkg.store.records import ROW, TASK

FAILURES: dict[VerdictKind, float] = {
    VerdictKind.COMPILE_ERROR: 0.46,
    VerdictKind.TEST_FAILED: 0.33,
    VerdictKind.PANICKED: 0.08,
    VerdictKind.NO_CODE: 0.05,
    VerdictKind.TIMEOUT: 0.04,
    VerdictKind.RESOURCE_LIMIT: 0.02,
    VerdictKind.CRASHED: 0.01,
    VerdictKind.TAMPERED: 0.01,
}
DEFAULT_POPULATION = Population()
NEVER_COMPILED = (VerdictKind.NO_CODE, VerdictKind.INFRA_ERROR)


@dataclass(frozen=True, slots=True)
class SyntheticRun:
    """Settings of a synthetic run.

    Attributes:
        samples: samples per task and role.
        infra_errors: rows per role that end as ``infra_error``, at random places.
        hostile_every: one completion in this many carries a string that attacks a report; 0: none.
        population: difficulty and effect; ``None`` for everything passing or failing, see ``rate``.
        rate: pass probability of every sample where ``population`` is None (0.0 or 1.0: no or all).
    """

    tasks: int = 164
    samples: int = 100
    roles: tuple[Role, ...] = (Role.BASE, Role.FINETUNED)
    modes: tuple[Mode, ...] = (Mode.NO_POLICY, Mode.POLICY)
    seed: int = 1
    infra_errors: int = 0
    hostile_every: int = 50
    population: Population | None = DEFAULT_POPULATION
    rate: float = 0.0


def write_run(out: Path, run: SyntheticRun, dataset: Path | None = None) -> RunLayout:
    """Write ``tasks.jsonl`` and the rows of every mode and role under ``out``.

    Args:
        out: directory of the run, created where it does not exist.
        run: size, seed and effect.
        dataset: a JSONL of HumanEval-Rust tasks to use instead of made-up ones.
    """
    layout = RunLayout(out)
    tasks = read_dataset(dataset)[: run.tasks] if dataset else make_tasks(run.tasks)
    TASK.write(layout.tasks, tasks)
    for role, rows in make_rows(tasks, run).items():
        for mode in run.modes:
            ROW.write(layout.samples(mode, role), in_mode(rows, mode))
    return layout


def make_tasks(count: int) -> list[Task]:
    """Made-up tasks, clustered like the data set's."""
    return [made_up_task(i, int(c)) for i, c in enumerate(cluster_index(count))]


def read_dataset(path: Path) -> list[Task]:
    """Tasks from a JSONL with the fields of HumanEval-Rust."""
    keep = ("task_id", "prompt", "entry_point", "test", "canonical_solution", "category")
    return [
        Task(**{key: value.get(key, "") for key in keep}, cluster=value["entry_point"])
        for _, value in read_objects(path)
    ]


def in_mode(rows: Sequence[Row], mode: Mode) -> list[Row]:
    """The same rows as one mode sees them: in policy mode a violation vetoes the pass."""
    if mode is Mode.NO_POLICY:
        return list(rows)
    return [replace(row, passed=row.passed and not row.policy_violations) for row in rows]


def make_rows(tasks: Sequence[Task], run: SyntheticRun) -> dict[Role, list[Row]]:
    """Rows of the ``no-policy`` mode for each role, in task order, then index."""
    names = {task.cluster: i for i, task in enumerate(tasks)}
    _, clusters = np.unique([names[task.cluster] for task in tasks], return_inverse=True)
    if run.population is None:
        chances = (np.full(len(tasks), run.rate),) * 2
    else:
        chances = run.population.draw(np.random.default_rng(run.seed), clusters)
    made = {}
    for role, chance in zip(Role, chances, strict=True):
        if role not in run.roles:
            continue
        rng = random.Random(f"{run.seed}/{role}")
        total = len(tasks) * run.samples
        lost = set(rng.sample(range(total), min(run.infra_errors, total)))
        made[role] = [
            make_row(task, index, float(p), rng, run, infra=t * run.samples + index in lost)
            for t, (task, p) in enumerate(zip(tasks, chance, strict=True))
            for index in range(run.samples)
        ]
    return made


def make_row(
    task: Task, index: int, chance: float, rng: random.Random, run: SyntheticRun, *, infra: bool
) -> Row:
    """One row that passes with probability ``chance``."""
    passed = rng.random() < chance
    kind = VerdictKind.PASSED if passed else rng.choices(*zip(*FAILURES.items(), strict=True))[0]
    if infra:
        kind = VerdictKind.INFRA_ERROR
    written = write_completion(task, kind, rng)
    code, detail = "", rng.choice(DETAILS.get(kind, ("",)))
    if kind is VerdictKind.COMPILE_ERROR:
        code, detail = rng.choice(COMPILER)
    completion = written.completion
    if run.hostile_every and rng.randrange(run.hostile_every) == 0:
        completion += "\n// " + rng.choice(HOSTILE)
        detail = detail and f"{detail} {rng.choice(HOSTILE)}"
    broken = tuple(sorted(rng.sample(VIOLATIONS, rng.choice((1, 1, 2)))))
    return Row(
        task_id=task.task_id,
        index=index,
        completion=completion,
        verdict=kind,
        passed=kind is VerdictKind.PASSED,
        compile_ok=None if kind in NEVER_COMPILED else kind is not VerdictKind.COMPILE_ERROR,
        main_free=written.main_free,
        error_code=code or None,
        detail=detail,
        source=written.source,
        extraction_rule=written.rule,
        finish_reason="stop" if rng.random() < 0.97 else "length",
        prompt_tokens=len(task.prompt) // 4 + 120,
        completion_tokens=len(completion) // 4,
        prompt_sha256=hashlib.sha256(task.prompt.encode()).hexdigest(),
        program_sha256=hashlib.sha256((written.source or "").encode()).hexdigest(),
        policy_violations=broken if rng.random() < 0.04 else (),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--tasks", type=int, default=164)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--roles", nargs="+", type=Role, default=list(Role))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effect", type=float, default=0.05, help="fine-tuned minus base")
    parser.add_argument("--infra-errors", type=int, default=0, help="rows per model")
    parser.add_argument("--dataset", type=Path, help="JSONL of real tasks instead of made-up ones")
    chosen = parser.parse_args(arguments)
    run = SyntheticRun(
        tasks=chosen.tasks,
        samples=chosen.samples,
        roles=tuple(chosen.roles),
        seed=chosen.seed,
        infra_errors=chosen.infra_errors,
        population=Population(effect=chosen.effect),
    )
    write_run(chosen.out, run, chosen.dataset)
    print(f"{chosen.out}: {run.tasks * run.samples * len(run.roles) * len(run.modes)} rows")


if __name__ == "__main__":
    main()
