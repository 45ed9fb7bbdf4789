"""Renting and terminating hosts, for the command line."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from evalpkg.errors import ConfigError
from evalpkg.fleet.clock import Clock
from evalpkg.fleet.cloud.boot import BOOT_S, Booted
from evalpkg.fleet.cloud.client import LambdaCloud
from evalpkg.fleet.cloud.credentials import api_key, endpoint
from evalpkg.fleet.cloud.down import take_down
from evalpkg.fleet.cloud.fleet import CloudFleet, Wish
from evalpkg.fleet.cloud.journal import Journal
from evalpkg.fleet.cloud.records import GONE, Instance
from evalpkg.fleet.cloud.up import bring_up, choose_ssh_key
from evalpkg.fleet.desk import Desk
from evalpkg.fleet.limits import Limits, Meter, refuse_limits
from evalpkg.fleet.timer import cloud_config


def cloud_fleet(desk: Desk) -> CloudFleet:
    """Connect to the fleet's instances with this machine's key."""
    cloud = LambdaCloud(api_key(), endpoint())
    return CloudFleet(cloud, desk.name, Journal(desk.journal), desk.say)


def rent(
    desk: Desk,
    type_name: str,
    count: int,
    region: str,
    ssh_key: str,
    file_systems: tuple[str, ...],
    limits: Limits,
    boot_minutes: float | None,
    confirm: Callable[[str], bool],
) -> Booted:
    """Make sure that ``count`` hosts of a type are running, and store the limits.

    Raises:
        ConfigError: there is no such type, or the user answered no.
        ShortError: some hosts could not be started, or failed to boot.
    """
    fleet = cloud_fleet(desk)
    offers = fleet.cloud.offers()
    if type_name not in offers:
        known = ", ".join(f"{name} ({o.price:.2f}/h)" for name, o in sorted(offers.items()))
        raise ConfigError(f"Lambda Cloud has no type {type_name}", f"There are: {known}.")
    now = time.time()
    meter = _meter(fleet.present(), count, offers[type_name].price, now)
    refuse_limits(limits, meter, now)
    desk.keep_limits(limits)
    ends_at = limits.ends_at(meter)
    wish = Wish(
        fleet=desk.name,
        type=type_name,
        count=count,
        region=region,
        ssh_key=choose_ssh_key(fleet.cloud.ssh_keys(), ssh_key),
        file_systems=file_systems,
        user_data=cloud_config(ends_at) if ends_at else "",
    )
    if ends_at:
        left = (ends_at - now) / 3600
        desk.say(
            f"A timer on each new host stops the evaluation after {left:.1f} h, and powers the "
            "host off half an hour later. LAMBDA STILL BILLS A HOST THAT IS OFF: only 'evalpkg "
            "fleet down' ends the bill."
        )
    else:
        desk.say("No --max-cost or --max-hours: hosts cost money until 'evalpkg fleet down'.")
    boot_s = boot_minutes * 60 if boot_minutes else BOOT_S
    booted = bring_up(fleet, wish, confirm, desk.say, Clock(), boot_s=boot_s)
    forget_keys(desk.project, [one.ip for one in booted.ready if (one.launched or 0) >= int(now)])
    return booted


def _meter(here: list[Instance], count: int, price: float, now: float) -> Meter:
    """Make the meter of ``count`` hosts, some of which are there already."""
    prices = {host.id: host.price for host in here}
    began = {host.id: now if host.launched is None else host.launched for host in here}
    for number in range(len(here), count):
        prices[str(number)], began[str(number)] = price, now
    return Meter(prices, began)


def give_back(desk: Desk, confirm: Callable[[str], bool]) -> list[Instance]:
    """Terminate every host of the fleet, and wait until they are gone."""
    ended = take_down(cloud_fleet(desk), confirm, desk.say, Clock())
    desk.settings.unlink(missing_ok=True)
    forget_keys(desk.project, [host.ip for host in ended if host.ip])
    return ended


def forget_keys(project: Path, addresses: list[str]) -> None:
    """Forget the ssh keys of hosts that had these addresses: the cloud gives them to new hosts."""
    known = project / ".cache" / "known_hosts"
    for address in addresses if known.is_file() else []:
        with contextlib.suppress(FileNotFoundError):  # the error of ssh names the cure, too
            subprocess.run(
                ["ssh-keygen", "-f", str(known), "-R", address], capture_output=True, check=False
            )


def costing(desk: Desk) -> list[Instance]:
    """List the fleet's hosts that cost money, whatever their state."""
    here = cloud_fleet(desk).cloud.instances()
    return [host for host in here if host.fleet == desk.name and host.status not in GONE]
