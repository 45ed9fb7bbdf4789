"""``fleet up``: makes sure that all wanted hosts run; safe to repeat after an interruption."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from evalpkg.errors import ConfigError
from evalpkg.fleet.clock import Clock
from evalpkg.fleet.cloud.boot import BOOT_S, Booted, answers_ssh, wait_for_hosts
from evalpkg.fleet.cloud.client import CapacityError
from evalpkg.fleet.cloud.fleet import CloudFleet, Wish, choose_regions
from evalpkg.fleet.cloud.records import Instance


class ShortError(CapacityError):
    """Fewer hosts than wanted are ready; those that were started cost money."""


def choose_ssh_key(names: list[str], wanted: str) -> str:
    """Choose the ssh key for new hosts: the wanted one, else the account's only one.

    Raises:
        ConfigError: the account lacks the key, or none is wanted and it does not have exactly one.
    """
    listed = f"The account has: {', '.join(sorted(names)) or 'none'}."
    if wanted in names:
        return wanted
    if wanted:
        raise ConfigError(f"the account has no ssh key {wanted}", listed)
    if len(names) != 1:
        raise ConfigError(
            "no ssh key is named for the new hosts",
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
    """Have ``wish.count`` hosts: keep existing ones, start missing ones, and wait for all.

    Args:
        fleet: the fleet.
        wish: the hosts to have.
        confirm: shows the user the cost and asks before anything is started; True means yes.
        say: prints one line.
        clock: time; a test can replace it.
        greets: tells whether an address answers by ssh.
        boot_s: time limit for a host to boot, in seconds.

    Raises:
        ShortError: some hosts could not be started, or failed to boot.
        ConfigError: the user answered no, or the fleet has hosts of another type.
    """
    here = _fit(fleet, fleet.present(), wish, say)
    slots = sorted(set(range(wish.count)) - {host.slot for host in here})
    if here:
        say(f"Already running: {', '.join(host.label for host in here)}.")
    if slots:
        offers = fleet.cloud.offers()
        regions = choose_regions(offers, wish)
        _ask(fleet, wish, len(here), len(slots), offers[wish.type].price, regions, confirm)
        with _costs_named(say):
            try:
                fleet.launch(wish, slots, regions)
            except CapacityError as error:
                raise _short(fleet, wish, error) from error
    with _costs_named(say):
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


@contextlib.contextmanager
def _costs_named(say: Callable[[str], None]) -> Iterator[None]:
    """Say after a refusal or an interruption that hosts may have been started."""
    try:
        yield
    except ShortError:  # names them itself
        raise
    except BaseException:
        say(
            "The hosts that were started cost money until 'evalpkg fleet down'. The same command, "
            "given again, keeps them and goes on."
        )
        raise


def _fit(
    fleet: CloudFleet, here: list[Instance], wish: Wish, say: Callable[[str], None]
) -> list[Instance]:
    """Return the hosts to keep; unhealthy ones are terminated."""
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
        + (f"; {(here + missing) * price:.2f} with the {here} already running" if here else "")
        + "), from their start until 'evalpkg fleet down'. Start them?"
    )
    if not confirm(question):
        kept = f" The {here} already running are kept and still cost money." if here else ""
        raise ConfigError(f"nothing was started.{kept}")


def _short(fleet: CloudFleet, wish: Wish, error: CapacityError) -> ShortError:
    here = fleet.present()
    return ShortError(
        f"{len(here)} of {wish.count} hosts of the fleet {fleet.name} are running, and no more "
        f"are free now: {error.cause}",
        f"Give the same command again later: it keeps the hosts that run. {_costing(here)}",
    )


def _costing(here: list[Instance]) -> str:
    """Say what the running hosts cost, and how to end that."""
    if not here:
        return "No host is running, so nothing costs money."
    return (
        f"Until 'evalpkg fleet down', {', '.join(host.label for host in here)} cost "
        f"{sum(host.price for host in here):.2f} dollars an hour."
    )
