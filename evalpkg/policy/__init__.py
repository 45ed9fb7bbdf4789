"""Rules on the content of completions. Their veto is recorded beside the verdict, not in it."""

from evalpkg.policy.sigilderg import Policy, load_policy

__all__ = ["Policy", "load_policy"]
