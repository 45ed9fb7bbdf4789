"""``fleet up``: from no host to hosts that answer, however often it was interrupted on the way."""

from __future__ import annotations

from collections.abc import Callable

from evalpkg.errors import ConfigError
from evalpkg.fleet.clock import Clock
from evalpkg.fleet.cloud.boot import BOOT_S, Booted, answers_ssh, wait_for_hosts
from evalpkg.fleet.cloud.client import CapacityError
from evalpkg.fleet.cloud.fleet import CloudFleet, Wish, choose_regions
from evalpkg.fleet.cloud.records import Instance


class ShortError(CapacityError):
    """Fewer hosts than were wanted could be had; those that were had go on costing."""


def choose_ssh_key(names: list[str], wanted: str) -> str:
    """The key that new hosts let in.

    Raises:
        ConfigError: there is none, or several and none was named.
    """
    listed = f"The account has: {', '.join(sorted(names)) or 'none'}."
    if wanted in names:
        return wanted
    if wanted:
        raise ConfigError(f"the account has no ssh key {wanted}", listed)
    if len(names) != 1:
        raise ConfigError(
            "which ssh key shall new hosts let in?",
            f"{listed} Name one with --ssh-key; add one at https://cloud.lambda.ai/ssh-keys.",
        )
    return names[0]


def bring_up(
    fleet: CloudFleet,
    wish: Wish,
    confirm: Callable[[str], bool],
    say: Callable[[str], None],
    clock: Clock,
    greets: Callable[[str], bool] = answers_ssh,
    boot_s: float = BOOT_S,
) -> Booted:
    """Have ``wish.count`` hosts: adopt what is there, start what is missing, wait for all.

    Args:
        fleet: where hosts are found and started.
        wish: the hosts that are wanted.
        confirm: is asked with what it will cost, before anything is started.
        say: shows one line.
        clock: time to wait by.
        greets: whether an address answers by ssh.
        boot_s: how long a host may need to boot, seconds.

    Raises:
        ShortError: some could not be had.
        ConfigError: the answer was no, or the wish cannot be met.
    """
    here = _fit(fleet, fleet.present(), wish, say)
    slots = sorted(set(range(wish.count)) - {host.slot for host in here})
    if here:
        say(f"Here already: {', '.join(host.label for host in here)}.")
    if slots:
        offers = fleet.cloud.offers()
        regions = choose_regions(offers, wish)
        _ask(fleet, wish, len(here), len(slots), offers[wish.type].price, regions, confirm)
        try:
            fleet.launch(wish, slots, regions)
        except CapacityError as error:
            raise _short(fleet, wish, error) from error
    booted = wait_for_hosts(fleet, fleet.present(), say, clock, greets, boot_s)
    if booted.failed:
        lost = "; ".join(f"{host.label} {why}" for host, why in booted.failed)
        raise ShortError(
            f"{len(booted.ready)} of {wish.count} hosts are ready. Terminated: {lost}",
            "Give the same command again: it keeps the hosts that are ready and starts new ones. "
            + _costing(booted.ready),
        )
    if len(booted.ready) < wish.count:
        raise ShortError(
            f"{len(booted.ready)} of {wish.count} hosts are ready; the others were started and "
            "are not in the cloud's list",
            "Look at https://cloud.lambda.ai/instances, and give the same command again. "
            + _costing(booted.ready),
        )
    return booted


def _fit(
    fleet: CloudFleet, here: list[Instance], wish: Wish, say: Callable[[str], None]
) -> list[Instance]:
    """What of the fleet can be gone on with."""
    other = [host for host in here if host.type != wish.type]
    if other:
        raise ConfigError(
            f"the fleet {fleet.name} has hosts of another type: "
            + ", ".join(f"{host.label} {host.type}" for host in other),
            "End them first ('evalpkg fleet down'), or give this fleet another --name.",
        )
    sick = [host for host in here if host.status == "unhealthy"]
    if sick:
        say(f"Unhealthy, terminated: {', '.join(host.label for host in sick)}.")
        fleet.cloud.terminate([host.id for host in sick])
    return [host for host in here if host not in sick]


def _ask(
    fleet: CloudFleet,
    wish: Wish,
    here: int,
    missing: int,
    price: float,
    regions: list[str],
    confirm: Callable[[str], bool],
) -> None:
    question = (
        f"{missing} x {wish.type} in {' or '.join(regions)}: {missing * price:.2f} dollars an hour "
        f"({price:.2f} each"
        + (f"; with the {here} that are here {(here + missing) * price:.2f}" if here else "")
        + "), from their start until 'evalpkg fleet down'. Start them?"
    )
    if not confirm(question):
        kept = f" The {here} that are here stay, and go on costing." if here else ""
        raise ConfigError(f"nothing was started.{kept}")


def _short(fleet: CloudFleet, wish: Wish, error: CapacityError) -> ShortError:
    here = fleet.present()
    return ShortError(
        f"{len(here)} of {wish.count} hosts of the fleet {fleet.name} were started, and no more "
        f"can be had now: {error.cause}",
        f"Give the same command again later: it adopts what is there. {_costing(here)}",
    )


def _costing(here: list[Instance]) -> str:
    """What goes on costing, and how to end it."""
    if not here:
        return "Nothing goes on costing."
    return (
        f"{', '.join(host.label for host in here)} go on costing "
        f"{sum(host.price for host in here):.2f} dollars an hour until 'evalpkg fleet down'."
    )
