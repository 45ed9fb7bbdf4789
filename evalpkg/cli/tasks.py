"""``evalpkg tasks``: the named sets, their tasks, and a check of the user's own sets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evalpkg.cli.help import EvalCommand, EvalGroup
from evalpkg.cli.shared import CRATES, DATASET_FILE
from evalpkg.cli.types import EXISTING_FILE
from evalpkg.errors import ExitCode

if TYPE_CHECKING:
    from evalpkg.models import Task, TaskSet


class _ListsByDefault(EvalGroup):
    """A group that runs its command ``list`` if its first argument names no command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert ``list`` before arguments that do not begin with a command."""
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(name="tasks", cls=_ListsByDefault)
def command() -> None:
    r"""List and export task sets, and check one of your own.

    'evalpkg tasks' lists the named sets. 'evalpkg tasks NAME' lists the tasks of one set
    ('evalpkg tasks list --help' shows its options). 'evalpkg tasks check FILE' tries each
    task of a file, and gives the reason if it cannot be judged.

    \b
    Examples:
      evalpkg tasks
      evalpkg tasks multipl-e-humaneval --prompts
      evalpkg tasks humanevalpack --task-ids 'has_*,flip_case' --output tasks.jsonl
      evalpkg tasks check my-tasks.jsonl
    """


@command.command(name="list", cls=EvalCommand)
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array instead of a table.")
@click.option("--prompts", is_flag=True, help="Print the prompts, each under its task id.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Write the tasks to this JSONL file."
)
@click.option(
    "--task-ids",
    multiple=True,
    help="Only these tasks: ids, function names or patterns, separated by commas.",
)
@click.option(
    "--exclude-tasks", multiple=True, help="Leave out these tasks; same form as --task-ids."
)
@click.option(
    "--dataset-variant",
    type=click.Choice(["repaired", "original"]),
    default="repaired",
    show_default=True,
    help="Repaired tasks (see ERRATA.md), or the set as published.",
)
@DATASET_FILE
def list_command(
    name: str | None,
    as_json: bool,
    prompts: bool,
    output: Path | None,
    task_ids: Sequence[str],
    exclude_tasks: Sequence[str],
    dataset_variant: str,
    dataset_file: Sequence[Path],
) -> int:
    """List the named task sets, or the tasks of the set NAME (a name or a JSONL file)."""
    if name is None:
        _list_sets(as_json)
        return ExitCode.OK
    from evalpkg.tasks import load_tasks

    tasks = load_tasks(
        name,
        dataset_variant,
        _split(task_ids) or None,
        exclude=_split(exclude_tasks),
        files=dataset_file,
    )
    if output is not None:
        _export(tasks.tasks, output)
    elif as_json:
        click.echo(json.dumps([asdict(task) for task in tasks.tasks], indent=2))
    elif prompts:
        for task in tasks.tasks:
            click.echo(f"// {task.task_id}\n{task.prompt.rstrip()}\n")
    else:
        _list_tasks(tasks)
    return ExitCode.OK


@command.command(name="check", cls=EvalCommand)
@click.argument("file", type=EXISTING_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array instead of lines.")
@click.option(
    "--sandbox-mode",
    default="auto",
    show_default=True,
    help="Sandbox in which solutions run, as for 'score'.",
)
@CRATES
def check_command(file: Path, as_json: bool, sandbox_mode: str, crates: Path | None) -> int:
    """Check whether each task of FILE can be judged, and give the reason if not.

    Compiles every task's tests with rustc and runs them: the task's own solution must pass; a
    stub and some wrong versions of the solution must fail. The exit code is 4 if a task cannot
    be used.
    """
    from evalpkg.pipeline.check_tasks import check_tasks
    from evalpkg.reporting.format import plural
    from evalpkg.scoring import ScoringSettings

    def begin(count: int) -> None:
        click.echo(f"compiling and running the tests of {plural(count, 'task')}", err=True)

    checks = check_tasks(file, ScoringSettings(sandbox_mode=sandbox_mode, crates=crates), begin)
    bad = sum(bool(check.problem) for check in checks)
    if as_json:
        click.echo(json.dumps([asdict(check) for check in checks], indent=2))
        return ExitCode.DATA if bad or not checks else ExitCode.OK
    for check in checks:
        if check.problem:
            click.echo(f"FAIL  line {check.line:<5} {check.task_id}  {check.problem}")
        else:
            proof = "" if check.solved else "  (no solution to try)"
            click.echo(f"ok    line {check.line:<5} {check.task_id}{proof}")
    click.echo(f"\n{len(checks) - bad} of {len(checks)} tasks can be judged.")
    return ExitCode.DATA if bad or not checks else ExitCode.OK


def _split(values: Iterable[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _list_sets(as_json: bool) -> None:
    from evalpkg.tasks import NAMED

    if as_json:
        shown = [{**asdict(named), "convert": None} for named in NAMED.values()]
        for item in shown:
            del item["convert"]
        click.echo(json.dumps(shown, indent=2))
        return
    for named in NAMED.values():
        click.echo(f"{named.name:<20} {named.tasks:>4} tasks  {named.title} ({named.licence})")
    click.echo("\n'evalpkg tasks NAME' lists the tasks of a set; --dataset NAME evaluates on it.")


def _list_tasks(tasks: TaskSet) -> None:
    width = max(len(task.task_id) for task in tasks.tasks)
    for task in tasks.tasks:
        notes: list[Any] = [task.category, "repaired" if task.erratum else ""]
        click.echo(
            f"{task.task_id:<{width}}  {task.entry_point:<32} {' '.join(filter(None, notes))}"
        )
    excluded = [item for source in tasks.sources for item in source.excluded]
    for item in excluded:
        click.echo(f"{item.task_id:<{width}}  left out: {item.reason}")
    out = f", {len(excluded)} left out" if excluded else ""
    click.echo(f"\n{len(tasks.tasks)} tasks{out}")


def _export(tasks: Sequence[Task], output: Path) -> None:
    from evalpkg.store import TASK

    TASK.write(output, tasks)
    click.echo(f"{len(tasks)} tasks: {output}")
