"""Hosts of Lambda Cloud: rent each exactly once, wait for it, terminate it."""
