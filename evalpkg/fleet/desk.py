"""The common parts of all fleet commands: project, hosts, name, events, screen."""

from __future__ import annotations

import getpass
import hashlib
import math
import os
import re
import shlex
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evalpkg.errors import ConfigError, DataError
from evalpkg.fleet.events import Event, EventLog
from evalpkg.fleet.inventory import Inventory, choose_inventory, hosts_and_prices
from evalpkg.fleet.limits import Limits, Meter
from evalpkg.fleet.play import Play, require_ansible, run_play
from evalpkg.fleet.project import lasting_folder, project_dir
from evalpkg.fleet.screen import LiveScreen, PlainScreen, Screen
from evalpkg.fleet.supervise import run_folder
from evalpkg.store import pretty_json, read_json, write_atomic

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,49}")
USUAL_FORKS = 50
"""The value of ``forks`` in ansible.cfg."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The options that all commands of a fleet share.

    Attributes:
        inventory: path of the inventory; empty to search for one.
        name: name of the fleet; empty for this folder's own.
        variables: arguments for Ansible's ``-e``, each ``NAME=VALUE`` or ``@FILE``.
        limit: hosts to use, as for Ansible's ``--limit``; empty for all.
        vault: path of the file with the password of ansible-vault; empty if there is none.
    """

    inventory: str = ""
    name: str = ""
    variables: tuple[str, ...] = ()
    limit: str = ""
    vault: str = ""

    def as_options(self) -> str:
        """Write the choice as a shell reads it, with a blank before each option."""
        given = [("-i", self.inventory), ("--name", self.name), ("--limit", self.limit)]
        given += [("--vault-password-file", self.vault), *(("-e", one) for one in self.variables)]
        return "".join(f" {option} {shlex.quote(value)}" for option, value in given if value)


@dataclass(slots=True)
class Desk:
    """The project, hosts and options of one command.

    Attributes:
        choice: the options.
        say: prints one line.
        project: the folder with ``site.yml``.
    """

    choice: Choice
    say: Callable[[str], None]
    project: Path = field(default_factory=project_dir)

    def __post_init__(self) -> None:
        require_ansible()

    @property
    def name(self) -> str:
        """The given name, else one that is unique to this user, machine and folder."""
        for where, name in (
            ("--name", self.choice.name),
            ("EVALPKG_FLEET=", os.environ.get("EVALPKG_FLEET", "")),
        ):
            if name and not NAME.fullmatch(name):
                raise ConfigError(
                    f"{where} {name} cannot be a tag",
                    "Use at most 50 letters, digits and hyphens.",
                )
            if name:
                return name
        own = f"{getpass.getuser()}@{socket.gethostname()}:{lasting_folder(self.project)}"
        return f"eval-{hashlib.sha256(own.encode()).hexdigest()[:8]}"

    @property
    def journal(self) -> Path:
        """The file that records launch requests."""
        return self._notes / f"{self.name}.json"

    @property
    def settings(self) -> Path:
        """The file that keeps the limits last given for rented hosts."""
        return self._notes / f"{self.name}.limits.json"

    @property
    def _notes(self) -> Path:
        return lasting_folder(self.project) / ".cache" / "fleet"

    def inventory(self) -> Inventory:
        """Find the inventory of hosts.

        Raises:
            ConfigError: there is none, or it is about another fleet than this command.
        """
        found = choose_inventory(self.choice.inventory, self.project)
        if found.fleet not in ("", self.name):
            raise ConfigError(
                f"the hosts of {found.path} are those of the fleet {found.fleet}, but this command "
                f"is about {self.name}",
                f"Add --name {found.fleet}, so that limits and 'down' are about the same hosts.",
            )
        return found

    def environment(self, inventory: Inventory) -> dict[str, str]:
        """Return environment variables for Ansible, in addition to this process's own."""
        found = {"OUTPUT_DIR": str(Path(os.environ.get("OUTPUT_DIR") or "results").absolute())}
        if inventory.cloud:
            found["EVALPKG_FLEET"] = self.name
        if self.choice.vault:
            found["ANSIBLE_VAULT_PASSWORD_FILE"] = _absolute(self.choice.vault)
        return found

    def arguments(self) -> tuple[str, ...]:
        """Return the given variables as arguments of Ansible's command line."""
        found: list[str] = []
        for given in self.choice.variables:
            found += ["-e", f"@{_absolute(given[1:])}" if given.startswith("@") else given]
        return tuple(found)

    def prices(self, inventory: Inventory) -> dict[str, float]:
        """Return the price of each host, in dollars per hour."""
        environment = self.environment(inventory)
        return hosts_and_prices(inventory, self.project, environment, self.arguments())

    def play(self, playbook: str, inventory: Inventory, hosts: int = 0, **more: Any) -> Play:
        """Describe the run of a playbook on these hosts.

        Args:
            playbook: its path.
            inventory: the inventory of the hosts.
            hosts: number of hosts that Ansible must watch at once; 0 for the usual number.
            more: further fields of ``Play``.
        """
        environment = self.environment(inventory)
        if hosts > int(os.environ.get("ANSIBLE_FORKS") or USUAL_FORKS):
            environment["ANSIBLE_FORKS"] = str(hosts)
        return Play(
            project=self.project,
            playbook=playbook,
            inventory=inventory.path,
            limit=self.choice.limit,
            environment=environment,
            arguments=self.arguments(),
            **more,
        )

    def keep_limits(self, limits: Limits) -> None:
        """Store the limits for later commands."""
        write_atomic(self.settings, pretty_json({"cost": limits.cost, "hours": limits.hours}))

    def kept_limits(self) -> Limits:
        """Return the limits given to ``up``; no limits if there were none.

        Raises:
            DataError: if the file does not hold them. A run without its limits may cost too much.
        """
        if not self.settings.exists():
            return Limits()
        told = read_json(self.settings)
        if told.keys() != {"cost", "hours"} or not all(map(_is_limit, told.values())):
            raise DataError(
                f"{self.settings} does not hold the limits of a fleet",
                "Remove it, and give --max-cost and --max-hours again.",
            )
        return Limits(**told)


def _is_limit(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value is None
    return 0 < value < math.inf


def _absolute(path: str) -> str:
    """Return the path as Ansible needs it, because Ansible runs in the project's folder."""
    return str(Path(path).expanduser().absolute())


def choose_screen(title: str) -> Screen:
    """Make a live screen for a terminal, or plain lines for other output."""
    return LiveScreen(title) if sys.stdout.isatty() else PlainScreen(time.monotonic)


def watch_meter(desk: Desk, inventory: Inventory, prices: dict[str, float]) -> Meter:
    """Make a meter of cost. Rented hosts cost since their launch; all others since now.

    Rented hosts that cost without taking part, because they still boot or are unhealthy, count too
    and are named.
    """
    now = time.time()
    began = dict.fromkeys(prices, now)
    if inventory.cloud:
        from evalpkg.fleet.rent import costing

        for host in costing(desk):
            name = host.name or host.id
            if name not in prices:
                desk.say(f"{host.label} is {host.status} and takes no part, but costs money.")
                prices = prices | {name: host.price}
            began[name] = now if host.launched is None else host.launched
    return Meter(prices, began)


def simple_play(desk: Desk, playbook: str, command: str, show: Callable[[Event], None]) -> int:
    """Run a short playbook, and return Ansible's exit status."""
    log = EventLog(run_folder(desk.project, command))
    try:
        return run_play(desk.play(playbook, desk.inventory()), log, time.time, show)
    finally:
        log.close()
