"""The hosts of an inventory and their prices, read by Ansible itself."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evalpkg.errors import ConfigError
from evalpkg.fleet.cloud.credentials import has_key

CLOUD = "inventory/lambda_cloud.yml"
TIMEOUT_S = 900


@dataclass(frozen=True, slots=True)
class Inventory:
    """The inventory that names the hosts.

    Attributes:
        path: absolute path.
        cloud: True if its hosts are rented ones, found by a fleet's tag.
        fleet: the fleet that the file names; empty if it names none.
    """

    path: str
    cloud: bool
    fleet: str = ""


def choose_inventory(named: str, project: Path) -> Inventory:
    """Choose the inventory: ``named``, else a file ``lambda_hosts``, else the cloud's.

    The cloud's inventory needs a key for Lambda Cloud.

    Raises:
        ConfigError: there is no inventory, or ``named`` does not exist.
    """
    if named:
        path = Path(named).expanduser()
        if not path.exists() and (project / named).exists():
            path = project / named
        if not path.exists():
            raise ConfigError(f"there is no inventory {named}", "Name a file with your hosts.")
        told = _plugin(path)
        return Inventory(str(path.absolute()), bool(told), str(told.get("fleet") or ""))
    if own := own_hosts(project):
        return Inventory(str(own), cloud=False)
    if has_key():
        return Inventory(str(project / CLOUD), cloud=True)
    raise ConfigError(
        "no hosts are named",
        "Name them in a file like inventory/lambda_hosts.example and give it with -i; or set "
        "LAMBDA_API_KEY and rent some: 'evalpkg fleet up --type ... --count ...'.",
    )


def own_hosts(project: Path) -> Path | None:
    """Find the file ``lambda_hosts`` in this folder or the project; None if there is none."""
    files = (folder / "lambda_hosts" for folder in (Path.cwd(), project))
    return next((file for file in files if file.is_file()), None)


def _plugin(path: Path) -> dict[str, Any]:
    """Read the options of the plugin ``lambda_cloud``; none if the inventory is another one."""
    if path.suffix not in (".yml", ".yaml") or not path.is_file():
        return {}
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):  # Ansible's own error is better
        return {}
    return told if isinstance(told, dict) and told.get("plugin") == "lambda_cloud" else {}


def hosts_and_prices(
    inventory: Inventory, project: Path, environment: dict[str, str], arguments: tuple[str, ...]
) -> dict[str, float]:
    """Return the price of each host in dollars per hour, in the inventory's order.

    Args:
        inventory: the inventory.
        project: the folder with ``site.yml``.
        environment: environment variables for Ansible, in addition to this process's own.
        arguments: further arguments of Ansible's command line, such as ``-e``.

    Returns:
        Prices by host; 0 for a host whose price is unknown.

    Raises:
        ConfigError: Ansible cannot read the inventory, or it has no host.
    """
    program = Path(sys.executable).with_name("ansible-inventory")
    command = [
        str(program) if program.exists() else "ansible-inventory",
        *("-i", inventory.path, "--list", "--playbook-dir", str(project / "playbooks"), *arguments),
    ]
    told = subprocess.run(
        command,
        cwd=project,
        env=os.environ | {"ANSIBLE_CONFIG": str(project / "ansible.cfg")} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    if told.returncode:
        said = " ".join(told.stderr.split())[-600:]
        raise ConfigError(f"Ansible cannot read the inventory {inventory.path}: {said}")
    found = json.loads(told.stdout)
    hostvars = found.get("_meta", {}).get("hostvars", {})
    names = _names(found, "all", set())
    if not names:
        cure = (
            "Rent some with 'evalpkg fleet up --type ... --count ...'."
            if inventory.cloud
            else "Add a line for each host."
        )
        raise ConfigError(f"there is no host in {inventory.path}", cure)
    return {name: _price(hostvars.get(name, {})) for name in names}


def _names(found: dict[str, dict[str, list[str]]], group: str, seen: set[str]) -> list[str]:
    names = []
    for name in found.get(group, {}).get("hosts", []):
        if name not in seen:
            seen.add(name)
            names.append(name)
    for child in found.get(group, {}).get("children", []):
        names += _names(found, child, seen)
    return names


def _price(hostvars: dict[str, object]) -> float:
    told = hostvars.get("evaluation_price_per_hour", 0)
    if isinstance(told, dict):  # `ansible-inventory` marks text with templates like this
        told = told.get("__ansible_unsafe", 0)
    with contextlib.suppress(ValueError):
        return float(str(told))
    return 0.0
