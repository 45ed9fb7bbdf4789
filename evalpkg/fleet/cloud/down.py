"""``fleet down``: terminates exactly the instances with the fleet's tag, and waits for the end."""

from __future__ import annotations

from collections.abc import Callable

from evalpkg.errors import ConfigError
from evalpkg.fleet.clock import Clock
from evalpkg.fleet.cloud.client import CloudError
from evalpkg.fleet.cloud.fleet import CloudFleet
from evalpkg.fleet.cloud.records import ENDED, GONE, Instance

POLL_S = 10.0
PATIENCE_S = 15 * 60.0


def take_down(
    fleet: CloudFleet,
    confirm: Callable[[str], bool],
    say: Callable[[str], None],
    clock: Clock,
    patience_s: float = PATIENCE_S,
) -> list[Instance]:
    """Terminate every instance of the fleet, and wait until none is left.

    Args:
        fleet: the fleet.
        confirm: asks the user a question before anything is terminated; True means yes.
        say: prints one line.
        clock: time; a test can replace it.
        patience_s: the longest wait for the end of the instances, in seconds.

    Returns:
        The terminated instances.

    Raises:
        CloudError: some instances still exist after ``patience_s``.
        ConfigError: the user answered no.
    """
    here = fleet.present()
    if not here:
        _say_none(fleet, say)
    for host in here:
        say(f"  {host.label}  {host.type}  {host.region}  {host.status}  {host.price:.2f} an hour")
    if here and not confirm(
        f"Terminate these {len(here)} hosts? Results that were not fetched are lost."
    ):
        raise ConfigError("nothing was terminated; the hosts still cost money")
    fleet.close()
    began = clock.now()
    # The second look waits for hosts that an `up` requested meanwhile.
    while left := _left(fleet) or fleet.present():
        alive = [host.id for host in left if host.status not in GONE]
        if alive:
            fleet.cloud.terminate(alive)
        if clock.now() - began > patience_s:
            raise CloudError(
                "hosts still exist and may cost money: "
                + ", ".join(f"{host.label} {host.status}" for host in left),
                "End them at https://cloud.lambda.ai/instances, or give the same command again.",
            )
        clock.sleep(POLL_S)
    if here:
        say(f"Terminated, and no longer billed: {', '.join(host.label for host in here)}.")
    return here


def _left(fleet: CloudFleet) -> list[Instance]:
    return [
        host
        for host in fleet.cloud.instances()
        if host.fleet == fleet.name and host.status not in ENDED
    ]


def _say_none(fleet: CloudFleet, say: Callable[[str], None]) -> None:
    """Say that the fleet has no host, and list other fleets in case the name is wrong."""
    others: dict[str, int] = {}
    for host in fleet.cloud.instances():
        if host.fleet and host.status not in GONE:
            others[host.fleet] = others.get(host.fleet, 0) + 1
    said = f"No host has the tag of the fleet {fleet.name}."
    if others:
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(others.items()))
        said += f" Other fleets of this account: {listed}; end one with --name."
    say(said)
