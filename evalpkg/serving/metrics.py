"""The service's numbers, for Prometheus."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from evalpkg.models import Verdict

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class ServerMetrics:
    """Counts of one service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.pending = Gauge(
            "evalpkg_pending_completions", "Completions being judged.", registry=self._registry
        )
        self.refused = Counter(
            "evalpkg_refused_requests", "Requests refused.", ["reason"], registry=self._registry
        )
        self._verdicts = Counter(
            "evalpkg_verdicts", "Verdicts by kind.", ["verdict"], registry=self._registry
        )
        self.seconds = Histogram(
            "evalpkg_request_seconds",
            "Time from a request to its verdicts.",
            buckets=SECONDS,
            registry=self._registry,
        )

    def count(self, verdicts: Sequence[Verdict]) -> None:
        """Count the verdicts of one request."""
        for verdict in verdicts:
            self._verdicts.labels(verdict.kind.value).inc()

    def page(self) -> bytes:
        """Return all numbers in Prometheus's text format."""
        return bytes(generate_latest(self._registry))
