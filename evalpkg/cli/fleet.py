"""``evalpkg fleet``: commands that rent, provision, watch and terminate hosts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from evalpkg.cli.fleet_options import bounds, refuse_without_type, shared, yes_option
from evalpkg.cli.fleet_play import desk_of, simple, watched
from evalpkg.cli.help import EvalCommand, EvalGroup
from evalpkg.cli.types import Numbers
from evalpkg.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from evalpkg.fleet.desk import Desk
    from evalpkg.fleet.inventory import Inventory
    from evalpkg.fleet.limits import Limits


@click.group(name="fleet", cls=EvalGroup)
def command() -> None:
    r"""Evaluate on a fleet of hosts: rent, provision, watch and terminate them.

    Needs ansible-core and ansible-runner: pip install 'evalpkg[fleet]'. Each command runs a
    playbook; 'ansible-playbook site.yml -i lambda_hosts' does the same as 'run'.

    The hosts come from -i FILE, else from the file lambda_hosts in this folder. If there is
    neither, and LAMBDA_API_KEY or LAMBDA_API_KEY_FILE is set, they are the hosts that 'up'
    has rented from Lambda Cloud.

    \b
    Example:
      export LAMBDA_API_KEY=...
      evalpkg fleet up --type gpu_1x_h100_pcie --count 4 --max-cost 50
      evalpkg fleet run
      evalpkg fleet down
    """


def _confirm(yes: bool) -> Callable[[str], bool]:
    def ask(question: str) -> bool:
        if yes:
            click.echo(question + " Yes (--yes).")
            return True
        if not sys.stdin.isatty():
            raise ConfigError(f"{question} There is no terminal to ask on.", "Add --yes.")
        return click.confirm(question)

    return ask


def _limits(desk: Desk, cloud: bool, max_cost: float | None, max_hours: float | None) -> Limits:
    """Return the limits of the command line; for rented hosts the last ones are the default."""
    from evalpkg.fleet.limits import Limits

    kept = desk.kept_limits() if cloud else Limits()
    return Limits(max_cost or kept.cost, max_hours or kept.hours)


@command.command(cls=EvalCommand)
@shared
@bounds
@click.option(
    "--type", "type_name", default="", help="Instance type to rent, such as gpu_1x_h100_pcie."
)
@click.option(
    "--count",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="Number of hosts that the fleet shall have.",
)
@click.option("--region", default="", help="Lambda's region.  [default: any with free hosts]")
@click.option(
    "--ssh-key", default="", help="Name of the SSH key at Lambda.  [default: the only one]"
)
@click.option(
    "--file-system",
    "file_systems",
    multiple=True,
    help="Name of a file system in the region, to attach. May be repeated.",
)
@click.option(
    "--boot-minutes",
    type=Numbers(min=1),
    help="Minutes that a host may take to boot.  [default: 45]",
)
@click.option("--no-provision", is_flag=True, help="Rent the hosts, but install nothing yet.")
@yes_option
def up(
    type_name: str,
    count: int,
    region: str,
    ssh_key: str,
    file_systems: tuple[str, ...],
    boot_minutes: float | None,
    max_cost: float | None,
    max_hours: float | None,
    no_provision: bool,
    yes: bool,
    **options: Any,
) -> int:
    """Rent hosts, and install everything that the evaluation needs.

    With --type, hosts are rented from Lambda Cloud. Existing hosts are kept and only missing ones
    are started, so the command can be repeated. It shows the cost and asks before it rents.
    Without --type it rents nothing, and installs on the hosts that there are.
    """
    if not type_name:
        refuse_without_type()
    desk = desk_of(options)
    limits = _limits(desk, bool(type_name) or desk.inventory().cloud, max_cost, max_hours)
    if type_name:
        from evalpkg.fleet.rent import rent

        if options["inventory"] and not desk.inventory().cloud:
            raise ConfigError(
                f"-i {options['inventory']} names your own hosts, but --type rents new ones",
                "Give only one of the two.",
            )
        _refuse_hidden(desk)
        rent(
            desk, type_name, count, region, ssh_key, file_systems, limits, boot_minutes,
            _confirm(yes),
        )  # fmt: skip
    if no_provision:
        return ExitCode.OK
    inventory = _cloud_or_own(desk, bool(type_name))
    return watched(desk, inventory, limits, "up", tags="preflight,provision")


def _refuse_hidden(desk: Desk) -> None:
    """Refuse to rent hosts that later commands would not find."""
    from evalpkg.fleet.inventory import CLOUD, own_hosts

    own = None if desk.choice.inventory else own_hosts(desk.project)
    if own:
        raise ConfigError(
            f"'run' and 'down' would use the hosts of {own}, not the rented ones",
            f"Move the file away, or give '-i {CLOUD}' to this and each later command.",
        )


def _cloud_or_own(desk: Desk, rented: bool) -> Inventory:
    from evalpkg.fleet.inventory import CLOUD, Inventory

    if rented and not desk.choice.inventory:
        return Inventory(str(desk.project / CLOUD), cloud=True)
    return desk.inventory()


@command.command(cls=EvalCommand)
@shared
@bounds
def run(max_cost: float | None, max_hours: float | None, **options: Any) -> int:
    """Evaluate on all hosts, and show it on a live screen.

    Runs site.yml: installs what is missing, evaluates, fetches and merges the results. Ctrl-C
    leaves the hosts working; 'evalpkg fleet watch' shows the run again. The evaluation's settings
    are the variables of 'evalpkg run' (BASE_MODEL, CHECKPOINT_PATH, ...). If this machine is gone
    when a limit is reached, a timer on each host stops its evaluation. A rented host then costs
    money until 'down'.
    """
    desk = desk_of(options)
    inventory = desk.inventory()
    return watched(desk, inventory, _limits(desk, inventory.cloud, max_cost, max_hours), "run")


@command.command(cls=EvalCommand)
@shared
@bounds
def watch(max_cost: float | None, max_hours: float | None, **options: Any) -> int:
    """Come back to a run that goes on: show it, fetch and merge its results.

    Starts nothing and installs nothing.
    """
    from evalpkg.fleet.supervise import WATCH_SKIPS, WATCH_TAGS

    desk = desk_of(options)
    inventory = desk.inventory()
    limits = _limits(desk, inventory.cloud, max_cost, max_hours)
    return watched(desk, inventory, limits, "watch", tags=WATCH_TAGS, skip_tags=WATCH_SKIPS)


@command.command(cls=EvalCommand)
@shared
def status(**options: Any) -> int:
    """Print the state of every host once."""
    return simple(options, "playbooks/status.yml", "status")


@command.command(cls=EvalCommand)
@shared
@click.option(
    "--lines",
    type=click.IntRange(min=1),
    default=40,
    show_default=True,
    help="Number of lines per host.",
)
def logs(lines: int, **options: Any) -> int:
    """Show the end of every host's log."""
    options["variables"] = (*options["variables"], f"evaluation_log_lines={lines}")
    return simple(options, "playbooks/logs.yml", "logs")


@command.command(cls=EvalCommand)
@shared
def stop(**options: Any) -> int:
    """Stop the evaluation on every host.

    'run' resumes it. Rented hosts still cost money until 'down'.
    """
    return simple(options, "playbooks/stop.yml", "stop")


@command.command(cls=EvalCommand)
@shared
def health(**options: Any) -> int:
    """Check everything that was installed, and change nothing."""
    return simple(options, "playbooks/health.yml", "health")


@command.command(cls=EvalCommand)
@shared
def debug(**options: Any) -> int:
    """Collect logs and versions of every host in a file, to explain a failure."""
    status = simple(options, "playbooks/collect_debug.yml", "debug")
    click.echo(f"Files: {desk_of(options).project / '.cache' / 'debug'}")
    return status


@command.command(cls=EvalCommand)
@shared
@yes_option
def down(yes: bool, **options: Any) -> int:
    """Terminate the rented hosts, and check that they are gone.

    These are exactly the hosts that carry the fleet's tag; they are shown first. Hosts of your
    own are not terminated: everything that was installed on them is removed (teardown.yml).
    """
    desk = desk_of(options)
    inventory = desk.inventory()
    if inventory.cloud:
        if desk.choice.limit:
            raise ConfigError(
                "'down' terminates all rented hosts of the fleet, so --limit cannot be used",
                "Leave it out, or end single hosts at https://cloud.lambda.ai/instances.",
            )
        from evalpkg.fleet.rent import give_back

        give_back(desk, _confirm(yes))
        return ExitCode.OK
    question = f"Remove every run, even if not yet fetched, from the hosts of {inventory.path}?"
    if not _confirm(yes)(question):
        raise ConfigError("nothing was removed")
    return simple(options, "playbooks/teardown.yml", "down")
