"""Limits on the cost and the duration of a run, counted from the start of the hosts' costs."""

from __future__ import annotations

from dataclasses import dataclass

from evalpkg.errors import ConfigError


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


def refuse_limits(limits: Limits, meter: Meter, now: float) -> None:
    """Refuse limits that end nothing, or that are reached already.

    Raises:
        ConfigError: no host has a price, which a limit of cost needs; or a limit is reached.
    """
    if limits.cost is not None and not sum(meter.prices.values()):
        raise ConfigError(
            "--max-cost needs the price of a host",
            "Set evaluation_price_per_hour (dollars per hour) in your inventory or with -e; or "
            "give --max-hours.",
        )
    if reached := limits.reached(meter, now):
        raise ConfigError(
            reached,
            "Raise it ('fleet watch' then brings finished results home), or end the hosts: "
            "'evalpkg fleet down'.",
        )
