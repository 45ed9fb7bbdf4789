"""Task sets: where they come from, what was repaired in them, what their tests can detect."""

from evalpkg.tasks.loading import HUMAN_EVAL_RUST, VARIANTS, load_tasks
from evalpkg.tasks.peer import Peer, locate_peer

__all__ = ["HUMAN_EVAL_RUST", "VARIANTS", "Peer", "load_tasks", "locate_peer"]
