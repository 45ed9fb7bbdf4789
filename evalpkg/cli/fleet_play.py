"""Runs a playbook for ``evalpkg fleet``: with a live screen, or with plain lines."""

from __future__ import annotations

import re
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

    limit = _with_controller(options["limit"])
    choice = Choice(
        options["inventory"], options["name"], options["variables"], limit, options["vault"]
    )
    return Desk(choice, click.echo)


def _with_controller(limit: str) -> str:
    """Add the controller to a pattern of hosts, in Ansible's words.

    Raises:
        ConfigError: the pattern is an intersection, which the controller is never in.
    """
    terms = [term for term in re.split("[,:]", limit) if term]
    if any(term.startswith("&") for term in terms):
        raise ConfigError(
            f"--limit {limit} leaves out localhost, where results are merged",
            "Name hosts or groups without '&', or leave some out with '!'.",
        )
    if not terms or "localhost" in terms:
        return limit
    whole = all(term.startswith("!") for term in terms)
    return f"localhost,{'all,' if whole else ''}{limit}"


def watched(desk: Desk, inventory: Inventory, limits: Limits, what: str, **tags: str) -> int:
    """Run ``site.yml``, or the part that the tags select, with a live screen."""
    import time

    from evalpkg.fleet.desk import choose_screen, watch_meter
    from evalpkg.fleet.events import EventLog
    from evalpkg.fleet.limits import refuse_limits
    from evalpkg.fleet.supervise import SITE, run_folder, supervise

    meter = watch_meter(desk, inventory, desk.prices(inventory))
    refuse_limits(limits, meter, time.time())
    unpriced = [host for host, price in meter.prices.items() if not price]
    if limits.cost is not None and unpriced:
        click.echo(
            f"--max-cost does not count {', '.join(unpriced)}: evaluation_price_per_hour is 0."
        )
    if inventory.cloud:
        desk.keep_limits(limits)  # for 'watch', after an interruption
    variables: dict[str, Any] = {}
    if ends_at := limits.ends_at(meter):
        variables = {"evaluation_ends_at": round(ends_at), "evaluation_power_off": inventory.cloud}
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
