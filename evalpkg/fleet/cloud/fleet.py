"""The instances with one fleet's tag: find them, and start missing ones one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from evalpkg.errors import ConfigError
from evalpkg.fleet.clock import Clock
from evalpkg.fleet.cloud.client import CapacityError, CloudError, LambdaCloud, UnsureError
from evalpkg.fleet.cloud.journal import SETTLE_S, Journal
from evalpkg.fleet.cloud.records import (
    FLEET_TAG,
    GONE,
    LAUNCHED_TAG,
    SLOT_TAG,
    Instance,
    Offer,
    stamp,
)

LOOK_AGAIN_S = 5.0
TRIES = 5
"""Number of requests for one host as long as no answer says whether it was started."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The hosts to have.

    Attributes:
        fleet: name of the fleet, the value of its tag.
        type: Lambda's instance type.
        count: number of hosts.
        region: empty for any region with free hosts.
        ssh_key: name of an ssh key in the account.
        file_systems: names of file systems to attach.
        user_data: configuration for cloud-init; empty for none.
    """

    fleet: str
    type: str
    count: int
    region: str
    ssh_key: str
    file_systems: tuple[str, ...] = ()
    user_data: str = ""


class CloudFleet:
    """The instances with one fleet's tag.

    Args:
        cloud: the account.
        name: name of the fleet.
        journal: the record of requests whose instances may not be listed yet.
        say: prints one line.
        clock: time; a test can replace it.
    """

    def __init__(
        self,
        cloud: LambdaCloud,
        name: str,
        journal: Journal,
        say: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        self.cloud = cloud
        self.name = name
        self._journal = journal
        self._say = say
        self._clock = clock or Clock()
        self._end = journal.last_end()

    def close(self) -> None:
        """Make every ``up`` that already works on this fleet start no further host."""
        self._journal.note_end()

    def present(self) -> list[Instance]:
        """List the fleet's instances that have not ended, by slot.

        Waits if the journal says that an instance may not be listed yet. If a slot has two
        instances, because a request was carried out without an answer, one is terminated.
        """
        while True:
            here = self._listed()
            self._journal.settle({host.slot for host in here if host.slot is not None})
            notes = self._journal.open_notes()
            left = max((when + SETTLE_S - self._clock.now() for when in notes.values()), default=0)
            if left <= 0:
                break
            self._say(
                f"An instance was requested but is not listed yet; waiting {left:.0f} s more."
            )
            self._clock.sleep(min(LOOK_AGAIN_S, left))
        self._journal.settle(set(self._journal.open_notes()))
        return self._without_doubles(here)

    def _listed(self) -> list[Instance]:
        mine = [
            host
            for host in self.cloud.instances()
            if host.fleet == self.name and host.status not in GONE
        ]
        return sorted(
            mine, key=lambda host: (host.slot is None, host.slot or 0, host.launched or 0)
        )

    def _without_doubles(self, here: list[Instance]) -> list[Instance]:
        slots: dict[int | None, list[Instance]] = defaultdict(list)
        for host in here:
            slots[host.slot].append(host)
        doubles = [host for slot, held in slots.items() if slot is not None for host in held[1:]]
        if doubles:
            self._say(f"Started twice, terminated: {', '.join(host.label for host in doubles)}.")
            self.cloud.terminate([host.id for host in doubles])
        return [host for host in here if host not in doubles]

    def launch(self, wish: Wish, slots: list[int], regions: list[str]) -> None:
        """Start an instance for each of ``slots``, one after the other.

        Args:
            wish: the hosts to have.
            slots: numbers of the missing hosts.
            regions: regions to try, in order.

        Raises:
            CapacityError: no host was free for a slot; those already started are kept.
            CloudError: the cloud refused, or gave no clear answer ``TRIES`` times; or ``down`` was
                given meanwhile.
        """
        for slot in slots:
            if self._journal.last_end() != self._end:
                raise CloudError("'evalpkg fleet down' was given meanwhile, so no host is started")
            self._launch_one(wish, slot, regions)

    def _launch_one(self, wish: Wish, slot: int, regions: list[str]) -> None:
        for _ in range(TRIES):
            try:
                identity = self._ask(wish, slot, regions)
            except UnsureError as error:
                self._say(f"No clear answer ({error}): checking whether host {slot} was started.")
                if any(host.slot == slot for host in self.present()):
                    self._say(f"Host {slot} was started.")
                    return
                continue
            self._say(f"Host {slot}: {identity} is starting.")
            return
        raise CloudError(
            f"host {slot} could not be started: {TRIES} requests had no clear answer",
            "Give the same command again later: it keeps the hosts that were started.",
        )

    def _ask(self, wish: Wish, slot: int, regions: list[str]) -> str:
        """Request an instance, region by region; a note stays if the outcome is unknown."""
        for last, region in enumerate(regions, 1 - len(regions)):
            now = self._clock.now()
            self._journal.note(slot, now)
            try:
                return self.cloud.launch(self._request(wish, slot, region, now))
            except (CloudError, ConfigError) as error:
                self._journal.settle({slot})
                if last == 0 or not isinstance(error, CapacityError):
                    raise
        raise CapacityError(f"no region has {wish.type}")

    @staticmethod
    def _request(wish: Wish, slot: int, region: str, now: float) -> dict[str, object]:
        request: dict[str, object] = {
            "region_name": region,
            "instance_type_name": wish.type,
            "ssh_key_names": [wish.ssh_key],
            "name": f"{wish.fleet}-{slot}"[:64],
            "tags": [
                {"key": FLEET_TAG, "value": wish.fleet},
                {"key": SLOT_TAG, "value": str(slot)},
                {"key": LAUNCHED_TAG, "value": stamp(now)},
            ],
        }
        if wish.file_systems:
            request["file_system_names"] = list(wish.file_systems)
        if wish.user_data:
            request["user_data"] = wish.user_data
        return request


def choose_regions(offers: dict[str, Offer], wish: Wish) -> list[str]:
    """List the regions to try, best first.

    Raises:
        ConfigError: there is no such type.
        CapacityError: no host of the type is free, or none in the wished region.
    """
    offer = offers.get(wish.type)
    if offer is None:
        known = ", ".join(sorted(offers))
        raise ConfigError(f"Lambda Cloud has no type {wish.type}", f"There are: {known}.")
    regions = [wish.region] if wish.region in offer.regions else list(offer.regions)
    if regions and (not wish.region or regions == [wish.region]):
        return regions
    free = [f"{name} ({', '.join(o.regions)})" for name, o in sorted(offers.items()) if o.regions]
    where = f" in {wish.region}" if wish.region else ""
    raise CapacityError(
        f"{wish.type} is not free{where} now"
        + (f", but in {', '.join(regions)}" if regions else ""),
        f"Free now: {'; '.join(free) or 'nothing'}. Give the same command again later, or another "
        "--type or --region.",
    )
