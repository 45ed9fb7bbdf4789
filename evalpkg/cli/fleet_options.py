"""Options of ``evalpkg fleet`` that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from evalpkg.cli.types import Numbers
from evalpkg.errors import ConfigError


def shared(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that every command of the group has."""
    options = [
        click.option(
            "-i", "--inventory", default="", metavar="FILE", help="Ansible inventory of your hosts."
        ),
        click.option(
            "--name",
            default="",
            help="Name of the rented fleet.  [default: made from user, machine and folder]",
        ),
        click.option(
            "-e",
            "--extra-vars",
            "variables",
            multiple=True,
            metavar="NAME=VALUE",
            help="Ansible variable, or @FILE with several. Not for secrets: other users can see "
            "command lines.",
        ),
        click.option(
            "--vault-password-file",
            "vault",
            default="",
            envvar="ANSIBLE_VAULT_PASSWORD_FILE",
            metavar="FILE",
            help="Password of the files that ansible-vault encrypted.",
        ),
        click.option(
            "-l",
            "--limit",
            default="",
            metavar="HOSTS",
            help="Only these hosts, separated by commas; localhost is added.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def bounds(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that limit cost and time."""
    function = click.option(
        "--max-hours",
        type=Numbers(min=0, min_open=True),
        help="The same, this many hours after the first host began to cost.",
    )(function)
    return click.option(
        "--max-cost",
        type=Numbers(min=0, min_open=True),
        help="When all hosts together have cost this many dollars, stop the evaluation, fetch its "
        "results and terminate rented hosts.  [default for rented hosts: the value last given]",
    )(function)


yes_option = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


RENTING = ("count", "region", "ssh_key", "file_systems", "boot_minutes", "no_provision")


def refuse_without_type() -> None:
    """Refuse options that only have a meaning for hosts that are rented."""
    context = click.get_current_context()
    for name in RENTING:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            option = next(p.opts[0] for p in context.command.params if p.name == name)
            raise ConfigError(
                f"{option} is about hosts to rent, but --type does not say which",
                "Add --type, such as --type gpu_1x_h100_pcie.",
            )
