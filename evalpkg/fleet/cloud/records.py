"""What Lambda Cloud says of an instance and of a type, less what is secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FLEET_TAG = "evalpkg-fleet"
SLOT_TAG = "evalpkg-slot"
LAUNCHED_TAG = "evalpkg-launched"

GONE = frozenset({"terminated", "terminating", "preempted"})
"""States of an instance that nobody will get back."""
ENDED = frozenset({"terminated", "preempted"})
"""States of an instance that costs nothing any more."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance. ``jupyter_token`` and ``jupyter_url`` of the answer are secrets and left out.

    Attributes:
        ip: empty while it boots.
        price: dollars an hour.
        slot: its number in the fleet; None where the tag is missing.
        launched: seconds since 1970; None where the tag is missing.
    """

    id: str
    name: str
    status: str
    ip: str
    region: str
    type: str
    price: float
    fleet: str
    slot: int | None
    launched: float | None

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"{self.name or self.id} ({self.id})" if self.name else self.id


@dataclass(frozen=True, slots=True)
class Offer:
    """One type of instance.

    Attributes:
        price: dollars an hour for one.
        regions: those that have some now.
    """

    type: str
    about: str
    price: float
    regions: tuple[str, ...]


def parse_instance(told: dict[str, Any]) -> Instance:
    """An instance from the answer's JSON."""
    tags = {tag["key"]: tag["value"] for tag in told.get("tags") or []}
    kind = told.get("instance_type") or {}
    slot = tags.get(SLOT_TAG, "")
    return Instance(
        id=told["id"],
        name=told.get("name") or "",
        status=told["status"],
        ip=told.get("ip") or "",
        region=(told.get("region") or {}).get("name", ""),
        type=kind.get("name", ""),
        price=(kind.get("price_cents_per_hour") or 0) / 100,
        fleet=tags.get(FLEET_TAG, ""),
        slot=int(slot) if slot.isdecimal() else None,
        launched=_seconds(tags.get(LAUNCHED_TAG, "")),
    )


def parse_offer(told: dict[str, Any]) -> Offer:
    """A type from the answer's JSON."""
    kind = told["instance_type"]
    return Offer(
        type=kind["name"],
        about=kind.get("gpu_description") or kind.get("description") or "",
        price=kind["price_cents_per_hour"] / 100,
        regions=tuple(region["name"] for region in told["regions_with_capacity_available"]),
    )


def stamp(seconds: float) -> str:
    """A time as the tag holds it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(text: str) -> float | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
