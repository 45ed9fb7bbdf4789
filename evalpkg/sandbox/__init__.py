"""Confining what a model wrote: providers, and the proof that they work on this machine."""

from evalpkg.sandbox.select import ProviderCheck, check_providers, select_provider

__all__ = ["ProviderCheck", "check_providers", "select_provider"]
