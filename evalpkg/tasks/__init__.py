"""Task sets: their sources, the repairs of their rows, and what their tests can detect."""

from evalpkg.tasks.fetch import sha256_of
from evalpkg.tasks.human_eval_rust import (
    DATASET_SHA256,
    RELEASE,
    HumanEvalRust,
    locate_human_eval_rust,
)
from evalpkg.tasks.loading import VARIANTS, load_tasks, read_tasks_of
from evalpkg.tasks.mutants import mutants
from evalpkg.tasks.repairs import equivalent_mutants
from evalpkg.tasks.rows import read_published
from evalpkg.tasks.sets import NAMED
from evalpkg.tasks.sets.named import HUMAN_EVAL_RUST
from evalpkg.tasks.sets.own import crates_of
from evalpkg.tasks.stub import stub

__all__ = [
    "DATASET_SHA256",
    "HUMAN_EVAL_RUST",
    "NAMED",
    "RELEASE",
    "VARIANTS",
    "HumanEvalRust",
    "crates_of",
    "equivalent_mutants",
    "load_tasks",
    "locate_human_eval_rust",
    "mutants",
    "read_published",
    "read_tasks_of",
    "sha256_of",
    "stub",
]
