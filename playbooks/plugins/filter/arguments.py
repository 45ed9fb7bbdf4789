"""Filters on the variables that roles take, and on the hosts that have them."""

from __future__ import annotations

import math
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

KEPT = ("type", "elements", "choices", "options")
MORE_THAN_0 = (
    "evaluation_poll_seconds",
    "evaluation_shards_per_host",
    "evaluation_lost_after_seconds",
    "evaluation_log_lines",
)
"""Numbers that must not be 0; none of a role's numbers may be less."""
ON_HOSTS = (
    "evaluation_dir",
    "evaluation_ecosystem_venv",
    "evaluation_model_cache",
    "evaluation_venv",
    "pyenv_root",
    "pyenv_venv",
    "rust_cargo_home",
    "rust_rustup_home",
    "sigilderg_venv",
    "vllm_venv",
)
"""Folders on hosts. They stand in systemd's units, in ``PATH`` and in the first lines of scripts,
where blanks, colons, quotes, ``%`` and ``$`` mean something else."""
PLAIN = re.compile(r"(/[\w@.,+=/-]*)?")
SSH = ("ssh", "smart", "ansible.builtin.ssh", "paramiko", "ansible.builtin.paramiko_ssh")
WAYS = ("ansible_ssh_common_args", "ansible_ssh_extra_args", "ansible_ssh_args")
"""Variables that may name a jump host: behind two of them, one address may mean two hosts."""


def argument_types(root: str) -> dict[str, Any]:
    """Collect the options of all roles' entry points. None is required here, and none is secret.

    Args:
        root: the project.
    """
    found: dict[str, Any] = {}
    for file in sorted(Path(root).glob("roles/*/meta/argument_specs.yml")):
        specs = yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"]
        for entry_point in specs.values():
            for name, option in entry_point.get("options", {}).items():
                if not name.endswith("_secrets"):
                    found[name] = {key: option[key] for key in KEPT if key in option}
    return found


def argument_errors(values: dict[str, Any], types: dict[str, Any]) -> list[str]:
    """Check ``values`` by the rules of Ansible's own check of a role; return the errors.

    Args:
        values: variables by name.
        types: from ``argument_types``.
    """
    spec = {name: types[name] for name in values}
    told: list[str] = ArgumentSpecValidator(spec).validate(values).error_messages
    errors = [re.sub(r": <class '\S*'> cannot be converted.*", "", error) for error in told]
    for name, value in values.items():
        errors += _unusable(name, value, types[name].get("type"))
    return errors


def _unusable(name: str, value: Any, kind: str | None) -> list[str]:
    """Find what Ansible's own check lets pass: a module would convert it, a role does not."""
    if value is None:
        return [f"{name} has no value: leave it out, or give one"]
    if kind in ("dict", "list") and isinstance(value, str):
        return [f"{name} is text and not a {kind}: write it as JSON, -e '{{\"{name}\": ...}}'"]
    if name in ON_HOSTS and not PLAIN.fullmatch(str(value)):
        allowed = "an absolute path of letters, digits and _ @ . , + = -"
        return [f"{name} is {value!r}, but a folder on a host must be {allowed}"]
    if kind in ("int", "float"):
        try:
            number = float(value)
        except (TypeError, ValueError):
            return []  # Ansible's own check names it
        if not math.isfinite(number) or number < 0 or (number == 0 and name in MORE_THAN_0):
            least = "more than 0" if name in MORE_THAN_0 else "0 or more"
            return [f"{name} is {value}, but must be {least}, and finite"]
    return []


def misspelled(names: list[str], types: dict[str, Any], root: str) -> list[str]:
    """Find variables that nothing reads and that look like one of a role; name both.

    Args:
        names: of variables that are set.
        types: from ``argument_types``.
        root: the project.
    """
    files = [
        file for top in ("roles", "playbooks", "inventory") for file in Path(root, top).rglob("*")
    ]
    text = "\n".join(
        file.read_text(encoding="utf-8", errors="ignore")
        for file in files
        if file.suffix in (".yml", ".j2", ".py")
    )
    known = set(re.findall(r"\w+", text))
    found = []
    for name in sorted(set(names) - known):
        near = get_close_matches(name, types, n=1, cutoff=0.87)
        found += [f"{name} (is {near[0]} meant?)" for _ in near]
    return found


def shared_addresses(hosts: list[str], hostvars: Any) -> list[str]:
    """Find hosts that ssh reaches at the same address and port.

    Args:
        hosts: their names.
        hostvars: variables by host.
    """
    at: dict[tuple[str, ...], list[str]] = {}
    for host in hosts:
        told = hostvars[host]
        if told.get("ansible_connection", "ssh") in SSH:
            address = f"{told.get('ansible_host', host)} port {told.get('ansible_port', 22)}"
            way = [str(told.get(name, "")) for name in WAYS]
            at.setdefault((address, *way), []).append(host)
    return [f"{' and '.join(held)} are one: {where[0]}" for where, held in at.items() if held[1:]]


class FilterModule:
    """The class that Ansible loads."""

    def filters(self) -> dict[str, object]:
        """Return the filters of this file."""
        return {
            "argument_types": argument_types,
            "argument_errors": argument_errors,
            "misspelled": misspelled,
            "shared_addresses": shared_addresses,
        }
