"""Rules on what a completion may contain: a veto beside the verdict, never instead of it."""

from evalpkg.policy.sigilderg import Policy, load_policy

__all__ = ["Policy", "load_policy"]
