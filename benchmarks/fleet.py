"""Cost of one more host: site.yml on 1, 2 and 4 bare test hosts, then with nothing left to do.

    python -m benchmarks.fleet [--hosts 1 2 4]

Needs what ``make molecule`` needs. Hosts and controller share this machine, so the wall time of
many hosts is bounded by its cores; CPU time says what each of them costs, and the controller's is
counted apart.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.usage import CGROUPS, group_cpu_s, machine_cpu_s

ROOT = Path(__file__).parents[1]
SCENARIO = ("--scenario-name", "scale")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run of site.yml.

    Attributes:
        wall_s: from start to end.
        controller_s: CPU time of Ansible and all it started on the controller.
        hosts_s: CPU time of all hosts.
        busy: cores that other programs of this machine used meanwhile.
        changed: tasks that changed something.
    """

    wall_s: float
    controller_s: float
    hosts_s: float
    busy: float
    changed: int


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, nargs="+", default=[1, 2, 4])
    counts = parser.parse_args().hosts
    print("| hosts | run | wall | controller, CPU | hosts, CPU each | others meanwhile | changed |")
    print("|---|---|---|---|---|---|---|")
    for count in counts:
        molecule("destroy", *SCENARIO)
        molecule("create", *SCENARIO)
        molecule("prepare", *SCENARIO)
        names = [f"evalhost{number + 1}" for number in range(count)]
        with tempfile.TemporaryDirectory() as connections:
            for run in ("from bare", "again"):
                cost = site(names, connections)
                print(
                    f"| {count} | {run} | {cost.wall_s:.0f} s | {cost.controller_s:.0f} s "
                    f"| {cost.hosts_s / count:.0f} s | {cost.busy:.1f} cores | {cost.changed} |",
                    flush=True,
                )
    molecule("destroy", *SCENARIO)


def site(names: Sequence[str], connections: str) -> Cost:
    """Run site.yml on hosts of the scenario.

    Args:
        names: of the hosts.
        connections: folder for host keys and connections of these hosts: new hosts come to the
            addresses of old ones.

    Raises:
        RuntimeError: if it fails.
    """
    (inventory,) = Path.home().glob(".ansible/tmp/molecule.*.scale/inventory")
    command = [
        *("ansible-playbook", "site.yml", "--inventory", str(inventory)),
        *("--limit", ",".join(["localhost", *names])),
        *("--extra-vars", "@molecule/shared/vars/mirrors.yml"),
    ]
    variables = os.environ | {
        "MOLECULE_PROJECT_DIRECTORY": str(ROOT),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": connections,
        "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=60s "
        f"-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile={connections}/known_hosts",
    }
    began, own, there, machine = time.monotonic(), children_s(), hosts_s(names), machine_cpu_s()
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout[-4000:] + done.stderr[-4000:])
    wall, own, there = time.monotonic() - began, children_s() - own, hosts_s(names) - there
    return Cost(
        wall_s=wall,
        controller_s=own,
        hosts_s=there,
        busy=max(0.0, machine_cpu_s() - machine - own - there) / wall,
        changed=sum(int(count) for count in re.findall(r"changed=(\d+)", done.stdout)),
    )


def molecule(*arguments: str) -> None:
    """Run Molecule; it must succeed."""
    subprocess.run(["molecule", *arguments], cwd=ROOT, check=True, capture_output=True)


def children_s() -> float:
    """Return the CPU time of ended child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def hosts_s(names: Sequence[str]) -> float:
    """Return the CPU time of hosts since they were created."""
    subnet = os.environ.get("EVALHOST_SUBNET", "10.191.47")
    suffix = "" if subnet == "10.191.47" else "-" + subnet.replace(".", "-")
    asked = subprocess.run(
        ["podman", "inspect", *(name + suffix for name in names)],
        check=True,
        capture_output=True,
        text=True,
    )
    paths = [each["State"]["CgroupPath"].lstrip("/") for each in json.loads(asked.stdout)]
    return sum(group_cpu_s(CGROUPS / path) for path in paths)


if __name__ == "__main__":
    main()
