"""Task sets: their sources, the repairs of their rows, and what their tests can detect."""

from evalpkg.tasks.human_eval_rust import HumanEvalRust, locate_human_eval_rust
from evalpkg.tasks.loading import VARIANTS, load_tasks, read_tasks_of
from evalpkg.tasks.sets import NAMED
from evalpkg.tasks.sets.named import HUMAN_EVAL_RUST
from evalpkg.tasks.sets.own import crates_of

__all__ = [
    "HUMAN_EVAL_RUST",
    "NAMED",
    "VARIANTS",
    "HumanEvalRust",
    "crates_of",
    "load_tasks",
    "locate_human_eval_rust",
    "read_tasks_of",
]
