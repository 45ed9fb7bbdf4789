"""Confines the programs that a model wrote: providers, and the proof that they work here."""

from evalpkg.sandbox.select import ProviderCheck, check_providers, select_provider

__all__ = ["ProviderCheck", "check_providers", "select_provider"]
