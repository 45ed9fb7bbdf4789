"""Limits on the cost and the duration of a run, counted from the start of the hosts' costs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter of the money spent on hosts that are paid by the hour.

    Attributes:
        prices: dollars per hour, by host.
        began: time at which each host began to cost money, in seconds since 1970.
    """

    prices: dict[str, float]
    began: dict[str, float]

    def cost(self, now: float) -> float:
        """Return the cost until ``now``, in dollars."""
        return sum(self.prices[h] * max(0.0, now - self.began[h]) / 3600 for h in self.prices)

    def hours(self, now: float) -> float:
        """Return the hours since the first host began to cost money."""
        return max(0.0, now - min(self.began.values())) / 3600


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a run; None means no limit.

    Attributes:
        cost: dollars of all hosts together.
        hours: hours since the first host began to cost money.
    """

    cost: float | None = None
    hours: float | None = None

    def reached(self, meter: Meter, now: float) -> str:
        """Name the limit that is reached in a sentence; empty if none is."""
        if self.cost is not None and meter.cost(now) >= self.cost:
            return (
                f"The limit of {self.cost:.2f} dollars is reached ({meter.cost(now):.2f} so far)."
            )
        if self.hours is not None and meter.hours(now) >= self.hours:
            return f"The limit of {self.hours:g} hours is reached."
        return ""

    def ends_at(self, meter: Meter) -> float | None:
        """Return the time at which a limit will be reached, in seconds since 1970.

        Returns None without limits.
        """
        ends = []
        hourly = sum(meter.prices.values())
        if self.cost is not None and hourly > 0:
            begun = sum(meter.prices[host] * meter.began[host] for host in meter.prices)
            ends.append((self.cost * 3600 + begun) / hourly)
        if self.hours is not None:
            ends.append(min(meter.began.values()) + self.hours * 3600)
        return min(ends, default=None)
