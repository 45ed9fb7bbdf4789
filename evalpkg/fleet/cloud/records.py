"""Records of Lambda Cloud's instances and instance types, without their secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FLEET_TAG = "evalpkg-fleet"
SLOT_TAG = "evalpkg-slot"
LAUNCHED_TAG = "evalpkg-launched"

GONE = frozenset({"terminated", "terminating", "preempted"})
"""States of an instance that has ended or is ending."""
ENDED = frozenset({"terminated", "preempted"})
"""States of an instance that no longer costs money."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance. Its ``jupyter_token`` and ``jupyter_url`` are secrets and left out.

    Attributes:
        ip: its address; empty while it boots.
        price: dollars per hour.
        fleet: name of its fleet, from its tag; empty without the tag.
        slot: its number in the fleet; None without the tag.
        launched: time of the request, in seconds since 1970; None without the tag.
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
        """Its name in messages."""
        return f"{self.name or self.id} ({self.id})" if self.name else self.id


@dataclass(frozen=True, slots=True)
class Offer:
    """One instance type.

    Attributes:
        about: its GPU, in words.
        price: dollars per hour of one instance; 0 if the cloud names none.
        regions: regions in which one is free at present.
    """

    type: str
    about: str
    price: float
    regions: tuple[str, ...]


def parse_instance(told: dict[str, Any]) -> Instance:
    """Make an ``Instance`` from an answer's JSON."""
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
    """Make an ``Offer`` from an answer's JSON."""
    kind = told["instance_type"]
    return Offer(
        type=kind["name"],
        about=kind.get("gpu_description") or kind.get("description") or "",
        price=(kind.get("price_cents_per_hour") or 0) / 100,
        regions=tuple(region["name"] for region in told["regions_with_capacity_available"] or []),
    )


def stamp(seconds: float) -> str:
    """Format a time, given in seconds since 1970, for the tag."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(text: str) -> float | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
