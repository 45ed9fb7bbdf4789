"""``evalpkg fleet``: hosts rented, provisioned, watched and given back."""

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
    r"""Evaluate on a fleet of hosts: rent them, provision them, watch them, give them back.

    Needs ansible-core and ansible-runner: pip install 'evalpkg[fleet]'. Each command is a
    playbook; 'ansible-playbook site.yml -i lambda_hosts' does the same as 'run'.

    Hosts are those of -i FILE, else of the file lambda_hosts here, else, where there is
    LAMBDA_API_KEY (or LAMBDA_API_KEY_FILE), those of Lambda Cloud that 'up' has started.

    \b
    Example:
      export LAMBDA_API_KEY=...
      evalpkg fleet up --type gpu_1x_h100_pcie --count 4 --max-cost 50
      evalpkg fleet run
      evalpkg fleet down
    """


def shared(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command."""
    options = [
        click.option("-i", "--inventory", default="", metavar="FILE", help="The hosts."),
        click.option(
            "--name", default="", help="Which rented fleet.  [default: this folder's own]"
        ),
        click.option(
            "-e",
            "--extra-vars",
            "variables",
            multiple=True,
            metavar="NAME=VALUE",
            help="A variable for Ansible, or @FILE. No secrets: other users can see it.",
        ),
        click.option("-l", "--limit", default="", help="Only these hosts, and localhost."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def bounds(function: Callable[..., Any]) -> Callable[..., Any]:
    """The limits of money and time."""
    function = click.option(
        "--max-hours",
        type=click.FloatRange(min=0, min_open=True),
        help="End it after so many hours since the first host began to cost.",
    )(function)
    return click.option(
        "--max-cost",
        type=click.FloatRange(min=0, min_open=True),
        help="End it when all hosts together have cost so many dollars.",
    )(function)


yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


def _desk(options: dict[str, Any]) -> Desk:
    """What the command works with; refuses to go on where a package is missing."""
    from evalpkg.fleet.desk import Choice, Desk

    limit = options["limit"]
    if limit and "localhost" not in limit.split(","):
        limit = f"localhost,{limit}"
    choice = Choice(options["inventory"], options["name"], options["variables"], limit)
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
    """Those of the command line, else for rented hosts those that ``up`` was given."""
    from evalpkg.fleet.limits import Limits

    kept = desk.kept_limits() if cloud else Limits()
    return Limits(max_cost or kept.cost, max_hours or kept.hours)


@command.command(cls=EvalCommand)
@shared
@bounds
@click.option("--type", "type_name", default="", help="Lambda's name, such as gpu_1x_h100_pcie.")
@click.option("--count", type=click.IntRange(1, 100), default=1, show_default=True)
@click.option("--region", default="", help="[default: any that has some]")
@click.option("--ssh-key", default="", help="Its name at Lambda.  [default: the only one]")
@click.option("--file-system", "file_systems", multiple=True, help="Of the region; repeatable.")
@click.option("--boot-minutes", type=click.FloatRange(min=1), help="[default: 45]")
@click.option("--no-provision", is_flag=True, help="Rent the hosts, and install nothing yet.")
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
    """Rent hosts (with --type), and install on all what the evaluation needs.

    Asked again it goes on: hosts that are there are kept, missing ones are started. What it
    costs is shown first, and asked about.
    """
    desk = _desk(options)
    limits = _limits(desk, bool(type_name) or desk.inventory().cloud, max_cost, max_hours)
    if type_name:
        from evalpkg.fleet.rent import rent

        if options["inventory"] and not desk.inventory().cloud:
            raise ConfigError(
                f"-i {options['inventory']} names hosts of your own, and --type rents others",
                "Leave one of the two out.",
            )
        rent(
            desk, type_name, count, region, ssh_key, file_systems, limits, boot_minutes,
            _confirm(yes),
        )  # fmt: skip
    if no_provision:
        return ExitCode.OK
    inventory = _cloud_or_own(desk, bool(type_name))
    return _watched(desk, inventory, limits, "up", tags="preflight,provision")


def _cloud_or_own(desk: Desk, rented: bool) -> Inventory:
    from evalpkg.fleet.inventory import CLOUD, Inventory

    if rented and not desk.choice.inventory:
        return Inventory(str(desk.project / CLOUD), cloud=True)
    return desk.inventory()


@command.command(cls=EvalCommand)
@shared
@bounds
def run(max_cost: float | None, max_hours: float | None, **options: Any) -> int:
    """Install what is missing, evaluate on all hosts, and merge: site.yml, with a live screen.

    Ctrl-C leaves the hosts working; 'evalpkg fleet watch' comes back. The settings of the
    evaluation are those of 'evalpkg run' (BASE_MODEL, CHECKPOINT_PATH, ...). At --max-cost or
    --max-hours the evaluation is stopped, what there is comes home and is merged, and rented
    hosts are terminated; a timer on each host does the first part where no controller is left.
    """
    desk = _desk(options)
    inventory = desk.inventory()
    return _watched(desk, inventory, _limits(desk, inventory.cloud, max_cost, max_hours), "run")


@command.command(cls=EvalCommand)
@shared
@bounds
def watch(max_cost: float | None, max_hours: float | None, **options: Any) -> int:
    """Come back to a run: show it, bring its results home, merge. Starts nothing."""
    from evalpkg.fleet.supervise import WATCH_SKIPS, WATCH_TAGS

    desk = _desk(options)
    inventory = desk.inventory()
    limits = _limits(desk, inventory.cloud, max_cost, max_hours)
    return _watched(desk, inventory, limits, "watch", tags=WATCH_TAGS, skip_tags=WATCH_SKIPS)


def _watched(desk: Desk, inventory: Inventory, limits: Limits, what: str, **tags: str) -> int:
    """Run ``site.yml``, or a part of it, on a screen."""
    import time

    from evalpkg.fleet.desk import choose_screen, watch_meter
    from evalpkg.fleet.events import EventLog
    from evalpkg.fleet.supervise import SITE, run_folder, supervise

    meter = watch_meter(desk, inventory, desk.prices(inventory))
    if limits.cost is not None and not sum(meter.prices.values()):
        raise ConfigError(
            "--max-cost needs to know what a host costs",
            "Set evaluation_price_per_hour, dollars an hour, in your inventory or with -e.",
        )
    variables: dict[str, Any] = {}
    if ends_at := limits.ends_at(meter):
        variables = {"evaluation_ends_at": round(ends_at), "evaluation_power_off": inventory.cloud}
    if reached := limits.reached(meter, time.time()):
        raise ConfigError(reached, "Raise it, or end the hosts: 'evalpkg fleet down'.")
    folder = run_folder(desk.project, what)
    log = EventLog(folder)
    try:
        play = desk.play(SITE, inventory, variables=variables, **tags)
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
    click.echo(
        "\nThe hosts go on working" + (f", and cost {hourly:.2f} an hour." if hourly else ".")
    )
    click.echo(
        f"  come back:  evalpkg fleet watch{hosts}   (run, if they were still being prepared)"
    )
    click.echo(f"  stop them:  evalpkg fleet stop{hosts}")


def _end(desk: Desk, inventory: Inventory, outcome: WatchOutcome, folder: Any) -> int:
    """Say what came of it; hosts whose limit is reached are given back."""
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
        click.echo(f"{outcome.limit} THESE HOSTS ARE NOT RENTED BY THIS COMMAND AND GO ON COSTING.")
    if outcome.status == 0:
        return ExitCode.OK
    return ExitCode.INCOMPLETE if outcome.summary else ExitCode.ENVIRONMENT


@command.command(cls=EvalCommand)
@shared
def status(**options: Any) -> int:
    """Say once where every host stands."""
    return _simple(options, "playbooks/status.yml", "status")


@command.command(cls=EvalCommand)
@shared
@click.option("--lines", type=click.IntRange(min=1), default=40, show_default=True)
def logs(lines: int, **options: Any) -> int:
    """Show the end of every host's log; --limit for one."""
    options["variables"] = (*options["variables"], f"evaluation_log_lines={lines}")
    return _simple(options, "playbooks/logs.yml", "logs")


@command.command(cls=EvalCommand)
@shared
def stop(**options: Any) -> int:
    """Stop the evaluation on every host; 'run' goes on later. Rented hosts go on costing."""
    return _simple(options, "playbooks/stop.yml", "stop")


@command.command(cls=EvalCommand)
@shared
def health(**options: Any) -> int:
    """Check everything that was installed; changes nothing."""
    return _simple(options, "playbooks/health.yml", "health")


@command.command(cls=EvalCommand)
@shared
def debug(**options: Any) -> int:
    """Collect logs, units and versions of every host into .cache/debug."""
    return _simple(options, "playbooks/collect_debug.yml", "debug")


@command.command(cls=EvalCommand)
@shared
@yes_option
def down(yes: bool, **options: Any) -> int:
    """Give the hosts back: terminate exactly what 'up' rented, and see that it is gone.

    With -i and hosts of your own: remove what was installed on them (teardown.yml).
    """
    desk = _desk(options)
    inventory = desk.inventory()
    if inventory.cloud:
        from evalpkg.fleet.rent import give_back

        give_back(desk, _confirm(yes))
        return ExitCode.OK
    question = f"Remove every run, fetched or not, from the hosts of {inventory.path}?"
    if not _confirm(yes)(question):
        raise ConfigError("nothing was removed")
    return _simple(options, "playbooks/teardown.yml", "down")


def _simple(options: dict[str, Any], playbook: str, what: str) -> int:
    """A short playbook, in plain lines: what its tasks say, and who failed."""
    from evalpkg.fleet.desk import simple_play

    desk = _desk(options)
    printed = Printer()
    code = simple_play(desk, playbook, what, printed.take)
    if code:
        raise EnvironmentUnfitError(
            f"'fleet {what}' failed on {', '.join(sorted(printed.failed)) or 'the controller'}",
            "Mend the cause, which stands above, and give the same command again.",
        )
    click.echo(f"{what}: done.")
    return ExitCode.OK


class Printer:
    """Prints what tasks say and what fails."""

    def __init__(self) -> None:
        self.failed: set[str] = set()

    def take(self, event: Event) -> None:
        """Print ``event`` if it says something."""
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
        elif event.kind in ("warning", "error", "verbose") and event.message.startswith("ERROR"):
            click.echo("\n".join(lines), err=True)
