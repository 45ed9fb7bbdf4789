"""Hosts of Lambda Cloud: renting them once, waiting for them, and giving all of them back."""
