"""The wait for hosts, until each is active and answers by ssh or is terminated as failed."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass

from evalpkg.fleet.clock import Clock
from evalpkg.fleet.cloud.fleet import CloudFleet
from evalpkg.fleet.cloud.records import Instance

POLL_S = 10.0
TELL_S = 60.0
BOOT_S = 45 * 60.0
"""Time limit for a host to boot, in seconds; 8 H100 were seen to need 25 minutes."""
SSH_S = 10 * 60.0
"""Time limit from the state "active" to an answer by ssh, in seconds."""
UNLISTED_S = 120.0
"""Time after which a host that is no longer in the cloud's list counts as ended, in seconds."""


def answers_ssh(address: str, port: int = 22, timeout: float = 5.0) -> bool:
    """Tell whether an ssh server answers at ``address``."""
    try:
        with socket.create_connection((address, port), timeout) as connection:
            connection.settimeout(timeout)
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Booted:
    """The result of waiting for an instance to boot.

    Attributes:
        ready: hosts that answer.
        failed: hosts that were terminated, each with the reason.
    """

    ready: list[Instance]
    failed: list[tuple[Instance, str]]


def wait_for_hosts(
    fleet: CloudFleet,
    expected: list[Instance],
    say: Callable[[str], None],
    clock: Clock,
    greets: Callable[[str], bool] = answers_ssh,
    boot_s: float = BOOT_S,
) -> Booted:
    """Wait for all of ``expected``; terminate each that fails at once, and print the reason."""
    began, told = clock.now(), 0.0
    active_since: dict[str, float] = {}
    seen = {host.id: began for host in expected}
    ready: dict[str, Instance] = {}
    failed: list[tuple[Instance, str]] = []
    waiting = {host.id: host for host in expected}
    while waiting:
        listed = {host.id: host for host in fleet.cloud.instances()}
        for identity, known in list(waiting.items()):
            host = listed.get(identity, known)
            now = clock.now()
            if identity in listed:
                seen[identity] = now
            if identity in listed and host.status == "active" and host.ip and greets(host.ip):
                ready[identity] = host
                del waiting[identity]
                say(f"{host.label} is ready at {host.ip} after {_minutes(now - began)}.")
                continue
            if host.status == "active":
                active_since.setdefault(identity, now)
            why = _failure(host, seen[identity], now, began, active_since.get(identity), boot_s)
            if why:
                failed.append((host, why))
                del waiting[identity]
                fleet.cloud.terminate([identity])
                say(f"{host.label} {why}; it was terminated.")
        if waiting:
            if clock.now() - told >= TELL_S:
                told = clock.now()
                say(_standing(waiting, listed, ready, clock.now() - began))
            clock.sleep(POLL_S)
    return Booted(list(ready.values()), failed)


def _failure(
    host: Instance,
    seen: float,
    now: float,
    began: float,
    active_since: float | None,
    boot_s: float,
) -> str:
    """Return the reason to give up on a host, or empty text to keep waiting."""
    if host.status in ("unhealthy", "terminated", "terminating", "preempted"):
        return f"is {host.status}"
    if active_since is not None and now - active_since > SSH_S:
        where = f"does not answer ssh at {host.ip}" if host.ip else "has no address"
        return f"has been active for {_minutes(SSH_S)} and {where}"
    if now - seen > UNLISTED_S:
        return "is no longer in the cloud's list"
    if now - began > boot_s:
        return f"did not boot within {_minutes(boot_s)}"
    return ""


def _standing(
    waiting: dict[str, Instance],
    listed: dict[str, Instance],
    ready: dict[str, Instance],
    waited: float,
) -> str:
    states: dict[str, int] = {}
    for identity in waiting:
        host = listed.get(identity)
        state = "not listed yet" if host is None else host.status
        if state == "active":
            state = (
                "active, no ssh yet" if host is not None and host.ip else "active, no address yet"
            )
        states[state] = states.get(state, 0) + 1
    parts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return (
        f"{_minutes(waited)}: {len(ready)} ready, {parts}. Hosts with 8 GPUs need up to 25 minutes."
    )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min"
