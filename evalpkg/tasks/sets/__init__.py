"""Task sets that are known by name: where each is published, and how its rows become tasks."""

from evalpkg.tasks.sets.named import NAMED, NamedSet

__all__ = ["NAMED", "NamedSet"]
