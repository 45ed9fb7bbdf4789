"""Task sets: where they come from, what was repaired in them, what their tests can detect."""

from evalpkg.tasks.loading import VARIANTS, load_tasks, read_tasks_of
from evalpkg.tasks.peer import Peer, locate_peer
from evalpkg.tasks.sets import NAMED
from evalpkg.tasks.sets.named import HUMAN_EVAL_RUST

__all__ = [
    "HUMAN_EVAL_RUST",
    "NAMED",
    "VARIANTS",
    "Peer",
    "load_tasks",
    "locate_peer",
    "read_tasks_of",
]
