"""``evalpkg fleet``: commands that rent, provision, watch and terminate hosts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from evalpkg.cli.help import EvalCommand, EvalGroup
from evalpkg.errors import ConfigError, EnvironmentUnfitError, ExitCode

if TYPE_CHECKING:
    from evalpkg.fleet.desk import Desk
    from evalpkg.fleet.events import Event
    from evalpkg.fleet.inventory import Inventory
    from evalpkg.fleet.limits import Limits
    from evalpkg.fleet.supervise import WatchOutcome


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
        type=click.FloatRange(min=0, min_open=True),
        help="The same, this many hours after the first host began to cost.",
    )(function)
    return click.option(
        "--max-cost",
        type=click.FloatRange(min=0, min_open=True),
        help="When all hosts together have cost this many dollars, stop the evaluation, fetch its "
        "results and terminate rented hosts.  [default: the value last given to 'up']",
    )(function)


yes_option = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


def _desk(options: dict[str, Any]) -> Desk:
    """Make the ``Desk`` of a command; fails if a package is missing."""
    from evalpkg.fleet.desk import Choice, Desk

    limit = options["limit"]
    if limit and "localhost" not in limit.split(","):
        limit = f"localhost,{limit}"
    choice = Choice(
        options["inventory"], options["name"], options["variables"], limit, options["vault"]
    )
    return Desk(choice, click.echo)


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
    """Return the limits of the command line; for rented hosts ``up``'s limits are the default."""
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
    type=click.FloatRange(min=1),
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
        _refuse_without_type()
    desk = _desk(options)
    limits = _limits(desk, bool(type_name) or desk.inventory().cloud, max_cost, max_hours)
    if type_name:
        from evalpkg.fleet.rent import rent

        if options["inventory"] and not desk.inventory().cloud:
            raise ConfigError(
                f"-i {options['inventory']} names your own hosts, but --type rents new ones",
                "Give only one of the two.",
            )
        rent(
            desk, type_name, count, region, ssh_key, file_systems, limits, boot_minutes,
            _confirm(yes),
        )  # fmt: skip
    if no_provision:
        return ExitCode.OK
    inventory = _cloud_or_own(desk, bool(type_name))
    return _watched(desk, inventory, limits, "up", tags="preflight,provision")


RENTING = ("count", "region", "ssh_key", "file_systems", "boot_minutes", "no_provision")


def _refuse_without_type() -> None:
    """Refuse options that only have a meaning for hosts that are rented."""
    context = click.get_current_context()
    for name in RENTING:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            option = next(p.opts[0] for p in context.command.params if p.name == name)
            raise ConfigError(
                f"{option} is about hosts to rent, but --type does not say which",
                "Add --type, such as --type gpu_1x_h100_pcie.",
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
    desk = _desk(options)
    inventory = desk.inventory()
    return _watched(desk, inventory, _limits(desk, inventory.cloud, max_cost, max_hours), "run")


@command.command(cls=EvalCommand)
@shared
@bounds
def watch(max_cost: float | None, max_hours: float | None, **options: Any) -> int:
    """Come back to a run that goes on: show it, fetch and merge its results.

    Starts nothing and installs nothing.
    """
    from evalpkg.fleet.supervise import WATCH_SKIPS, WATCH_TAGS

    desk = _desk(options)
    inventory = desk.inventory()
    limits = _limits(desk, inventory.cloud, max_cost, max_hours)
    return _watched(desk, inventory, limits, "watch", tags=WATCH_TAGS, skip_tags=WATCH_SKIPS)


def _watched(desk: Desk, inventory: Inventory, limits: Limits, what: str, **tags: str) -> int:
    """Run ``site.yml``, or the part that the tags select, with a live screen."""
    import time

    from evalpkg.fleet.desk import choose_screen, watch_meter
    from evalpkg.fleet.events import EventLog
    from evalpkg.fleet.supervise import SITE, run_folder, supervise

    meter = watch_meter(desk, inventory, desk.prices(inventory))
    if limits.cost is not None and not sum(meter.prices.values()):
        raise ConfigError(
            "--max-cost needs the price of a host",
            "Set evaluation_price_per_hour (dollars per hour) in your inventory or with -e.",
        )
    variables: dict[str, Any] = {}
    if ends_at := limits.ends_at(meter):
        variables = {"evaluation_ends_at": round(ends_at), "evaluation_power_off": inventory.cloud}
    if reached := limits.reached(meter, time.time()):
        raise ConfigError(reached, "Raise it, or end the hosts: 'evalpkg fleet down'.")
    folder = run_folder(desk.project, what)
    log = EventLog(folder)
    try:
        play = desk.play(SITE, inventory, len(meter.prices), variables=variables, **tags)
        outcome = supervise(play, log, choose_screen(f"fleet {what}"), meter, limits, click.echo)
    except KeyboardInterrupt:
        _say_how_to_come_back(meter.prices, desk)
        return ExitCode.INTERRUPTED
    finally:
        log.close()
    return _end(desk, inventory, outcome, folder)


def _say_how_to_come_back(prices: dict[str, float], desk: Desk) -> None:
    hosts = f" -i {desk.choice.inventory}" if desk.choice.inventory else ""
    hosts += f" --name {desk.choice.name}" if desk.choice.name else ""
    hourly = sum(prices.values())
    click.echo("\nThe hosts keep working" + (f" and cost {hourly:.2f} an hour." if hourly else "."))
    click.echo(
        f"  come back:  evalpkg fleet watch{hosts}   (or 'run' if hosts were being provisioned)"
    )
    click.echo(f"  stop them:  evalpkg fleet stop{hosts}")


def _end(desk: Desk, inventory: Inventory, outcome: WatchOutcome, folder: Any) -> int:
    """Print the outcome, and terminate rented hosts if a limit was reached."""
    for error in outcome.errors:
        click.echo(f"failed: {error}", err=True)
    if outcome.summary:
        click.echo(outcome.summary)
    click.echo(f"Events: {folder}")
    if outcome.limit and inventory.cloud:
        from evalpkg.fleet.rent import give_back

        click.echo(f"{outcome.limit} Terminating the hosts.")
        give_back(desk, lambda _: True)
    elif outcome.limit:
        click.echo(f"{outcome.limit} YOUR OWN HOSTS ARE NOT TERMINATED AND MAY STILL COST MONEY.")
    if outcome.status == 0:
        return ExitCode.OK
    return ExitCode.INCOMPLETE if outcome.summary else ExitCode.ENVIRONMENT


@command.command(cls=EvalCommand)
@shared
def status(**options: Any) -> int:
    """Print the state of every host once."""
    return _simple(options, "playbooks/status.yml", "status")


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
    return _simple(options, "playbooks/logs.yml", "logs")


@command.command(cls=EvalCommand)
@shared
def stop(**options: Any) -> int:
    """Stop the evaluation on every host.

    'run' resumes it. Rented hosts still cost money until 'down'.
    """
    return _simple(options, "playbooks/stop.yml", "stop")


@command.command(cls=EvalCommand)
@shared
def health(**options: Any) -> int:
    """Check everything that was installed, and change nothing."""
    return _simple(options, "playbooks/health.yml", "health")


@command.command(cls=EvalCommand)
@shared
def debug(**options: Any) -> int:
    """Collect logs and versions of every host in a file, to explain a failure."""
    status = _simple(options, "playbooks/collect_debug.yml", "debug")
    click.echo(f"Files: {_desk(options).project / '.cache' / 'debug'}")
    return status


@command.command(cls=EvalCommand)
@shared
@yes_option
def down(yes: bool, **options: Any) -> int:
    """Terminate the rented hosts, and check that they are gone.

    These are exactly the hosts that carry the fleet's tag; they are shown first. Hosts of your
    own are not terminated: everything that was installed on them is removed (teardown.yml).
    """
    desk = _desk(options)
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
    return _simple(options, "playbooks/teardown.yml", "down")


def _simple(options: dict[str, Any], playbook: str, what: str) -> int:
    """Run a short playbook, printing its tasks' messages and failures as plain lines."""
    from evalpkg.fleet.desk import simple_play

    desk = _desk(options)
    printed = Printer()
    code = simple_play(desk, playbook, what, printed.take)
    if code:
        raise EnvironmentUnfitError(
            f"'fleet {what}' failed on {', '.join(sorted(printed.failed)) or 'the controller'}",
            "Fix the cause shown above, then give the same command again.",
        )
    click.echo(f"{what}: done.")
    return ExitCode.OK


class Printer:
    """Printer of a playbook's messages and failures.

    Attributes:
        failed: names of the hosts on which a task failed.
    """

    def __init__(self) -> None:
        self.failed: set[str] = set()

    def take(self, event: Event) -> None:
        """Print ``event`` if it carries a message, a change or a failure."""
        from evalpkg.printable import printable

        lines = [printable(line) for line in event.message.splitlines()]
        if event.failed:
            self.failed.add(event.host)
            click.echo(f"{event.host} FAILED: {' '.join(lines)}", err=True)
        elif event.kind == "runner_on_ok" and event.action == "debug" and lines:
            head = "" if event.host == "localhost" else f"{event.host}:\n"
            click.echo(head + "\n".join(lines).strip("\n"))
        elif event.kind == "runner_on_ok" and event.changed:
            click.echo(f"{event.host}: {event.task}")
        elif event.refusal:
            click.echo("\n".join(lines), err=True)
