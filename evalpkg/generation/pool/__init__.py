"""Many workers behind one backend: every GPU of a machine, or of a Ray cluster."""

from evalpkg.generation.pool.backend import PoolBackend

__all__ = ["PoolBackend"]
