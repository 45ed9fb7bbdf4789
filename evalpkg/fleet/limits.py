"""How much a run may cost and how long it may last, counted from when the hosts began to cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meter:
    """What has been spent by hosts that are paid by the hour.

    Attributes:
        prices: dollars an hour, by host.
        began: when each began to cost, seconds since 1970.
    """

    prices: dict[str, float]
    began: dict[str, float]

    def cost(self, now: float) -> float:
        """Dollars so far."""
        return sum(self.prices[h] * max(0.0, now - self.began[h]) / 3600 for h in self.prices)

    def hours(self, now: float) -> float:
        """Hours since the first of them."""
        return max(0.0, now - min(self.began.values())) / 3600


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds; None sets none.

    Attributes:
        cost: dollars, of all hosts together.
        hours: since the first host began to cost.
    """

    cost: float | None = None
    hours: float | None = None

    def reached(self, meter: Meter, now: float) -> str:
        """Name the bound that is reached, in a sentence; empty while none is."""
        if self.cost is not None and meter.cost(now) >= self.cost:
            return (
                f"The limit of {self.cost:.2f} dollars is reached ({meter.cost(now):.2f} so far)."
            )
        if self.hours is not None and meter.hours(now) >= self.hours:
            return f"The limit of {self.hours:g} hours is reached."
        return ""

    def ends_at(self, meter: Meter) -> float | None:
        """When the first bound will be reached, seconds since 1970; None without bounds."""
        ends = []
        hourly = sum(meter.prices.values())
        if self.cost is not None and hourly > 0:
            begun = sum(meter.prices[host] * meter.began[host] for host in meter.prices)
            ends.append((self.cost * 3600 + begun) / hourly)
        if self.hours is not None:
            ends.append(min(meter.began.values()) + self.hours * 3600)
        return min(ends, default=None)
