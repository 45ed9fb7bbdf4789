"""Checks that a run holds what it claims."""
