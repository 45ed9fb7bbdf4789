"""Runs a playbook for ``evalpkg fleet``: with a live screen, or with plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from evalpkg.errors import ConfigError, EnvironmentUnfitError, ExitCode

if TYPE_CHECKING:
    from evalpkg.fleet.desk import Desk
    from evalpkg.fleet.events import Event
    from evalpkg.fleet.inventory import Inventory
    from evalpkg.fleet.limits import Limits
    from evalpkg.fleet.supervise import WatchOutcome


def desk_of(options: dict[str, Any]) -> Desk:
    """Make the ``Desk`` of a command; fails if a package is missing."""
    from evalpkg.fleet.desk import Choice, Desk

    limit = options["limit"]
    if limit and "localhost" not in limit.split(","):
        limit = f"localhost,{limit}"
    choice = Choice(
        options["inventory"], options["name"], options["variables"], limit, options["vault"]
    )
    return Desk(choice, click.echo)


def watched(desk: Desk, inventory: Inventory, limits: Limits, what: str, **tags: str) -> int:
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
    told = desk.choice.as_options()
    hourly = sum(prices.values())
    click.echo("\nThe hosts keep working" + (f" and cost {hourly:.2f} an hour." if hourly else "."))
    click.echo(
        f"  come back:  evalpkg fleet watch{told}   (or 'run' if hosts were being provisioned)"
    )
    click.echo(f"  stop them:  evalpkg fleet stop{told}")


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


def simple(options: dict[str, Any], playbook: str, what: str) -> int:
    """Run a short playbook, printing its tasks' messages and failures as plain lines."""
    from evalpkg.fleet.desk import simple_play

    desk = desk_of(options)
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
