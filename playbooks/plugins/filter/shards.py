"""Filters on the parts of a run: which host computes which."""

from __future__ import annotations

import json
from typing import Any


def plan_shards(
    previous: dict[str, Any],
    hosts: list[str],
    done: list[str],
    shards_per_host: int = 1,
    shards: int = 0,
) -> dict[str, Any]:
    """Assign the shards of a run to the hosts that can be reached.

    The first plan fixes the number of shards, because the number is part of every shard's
    identity. A shard stays with its host as long as that host exists or the shard is done. If
    the host is gone, the shard goes to the host with the fewest open shards.

    Args:
        previous: the plan so far, ``{"count": n, "hosts": {"0": "gpu-1", ...}}``, or empty.
        hosts: the hosts that can work now.
        done: shards whose result the controller has, as ``i/n``.
        shards_per_host: number of shards per host in a new run.
        shards: number of shards of a new run, for any number of hosts; 0 for shards_per_host.

    Returns:
        a plan in the form of ``previous``.
    """
    count = previous.get("count") or int(shards) or len(hosts) * int(shards_per_host)
    begun = previous.get("hosts", {})
    finished = {int(shard.split("/")[0]) for shard in done}
    assigned: dict[int, str] = {}
    for index in range(count):
        host = begun.get(str(index))
        if host is not None and (index in finished or host in hosts):
            assigned[index] = host
    load = dict.fromkeys(hosts, 0)
    for index, host in assigned.items():
        if index not in finished:
            load[host] += 1
    for index in range(count):
        if index not in assigned and load:
            assigned[index] = min(load, key=lambda host: (load[host], hosts.index(host)))
            load[assigned[index]] += 1
    return {"count": count, "hosts": {str(index): assigned[index] for index in sorted(assigned)}}


def shards_of(plan: dict[str, Any], host: str, done: list[str]) -> list[str]:
    """List the open shards of one host, as ``i/n``."""
    shards = [f"{index}/{plan['count']}" for index, owner in plan["hosts"].items() if owner == host]
    return [shard for shard in shards if shard not in done]


def told_plan(answers: dict[str, Any], run: str) -> dict[str, Any]:
    """Make the plan of a run from what its hosts say, for a controller that has none.

    Args:
        answers: what ``bin/status`` printed, by host; it may be empty.
        run: identity of the run; a host that works on another one is left out.

    Returns:
        a plan as ``plan_shards`` makes it; empty if no host has a part of the run.
    """
    owners: dict[str, str] = {}
    for host, answer in answers.items():
        try:
            status = json.loads(answer or "")
        except ValueError:
            continue
        if isinstance(status, dict) and status.get("run") == run:
            owners |= dict.fromkeys(status.get("shards", []), host)
    counts = sorted({int(shard.split("/")[1]) for shard in owners})
    if not counts:
        return {}
    mine = {
        shard.split("/")[0]: host
        for shard, host in owners.items()
        if shard.endswith(f"/{counts[-1]}")
    }
    return {"count": counts[-1], "hosts": {index: mine[index] for index in sorted(mine, key=int)}}


class FilterModule:
    """The class that Ansible loads."""

    def filters(self) -> dict[str, object]:
        """Return the filters of this file."""
        return {"plan_shards": plan_shards, "shards_of": shards_of, "told_plan": told_plan}
