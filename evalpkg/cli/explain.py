"""``evalpkg explain``: the steps from one completion to its verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.shared import CRATES, dataset_option, sandbox_mode_option
from evalpkg.cli.types import Numbers
from evalpkg.errors import ConfigError
from evalpkg.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from evalpkg.pipeline.explain import Asked, Explanation


@click.command(name="explain", cls=EvalCommand)
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("row", type=click.IntRange(min=1), required=False)
@dataset_option("Task set of a samples file: a name or a JSONL file.")
@click.option(
    "--role",
    type=click.Choice(["base", "finetuned"]),
    help="Run: the sample's model; needed if the run has two.",
)
@click.option("--task", "task_id", help="Run: the sample's task id.")
@click.option(
    "--index", type=click.IntRange(min=0), default=0, help="Run: the sample's index, from 0."
)
@sandbox_mode_option("Sandbox in which the program is judged.")
@CRATES
@click.option(
    "--timeout",
    type=Numbers(min=0, min_open=True),
    help="File: seconds for the program's test run, as 'score' has it. A run keeps its own limits.",
)
@click.option(
    "--json", "json_wanted", is_flag=True, help="Print one JSON object instead of panels."
)
def command(
    source: Path,
    row: int | None,
    dataset: str,
    role: str | None,
    task_id: str | None,
    index: int,
    sandbox_mode: str,
    crates: Path | None,
    timeout: float | None,
    json_wanted: bool,
) -> None:
    r"""Show step by step how one completion got its verdict.

    SOURCE is a samples file with a ROW, counted from 1; or the directory of a run with --task,
    --index and, if the run has two models, --role. The sample is judged again, a run's under the
    limits of the run. The output shows
    the completion, the steps of extraction, the program, the compiler's message and the verdict.

    \b
    Examples:
      evalpkg explain samples.jsonl 17
      evalpkg explain humaneval_results --role base --task CodeGen/839233739f66 --index 2
      evalpkg explain samples.jsonl 17 --dataset multipl-e-mbpp --json
    """
    from evalpkg.pipeline.explain import as_json, explain, limits_of_run
    from evalpkg.scoring import ScoringSettings

    settings = ScoringSettings(sandbox_mode=sandbox_mode, workers=1, crates=crates)
    if timeout is not None:
        settings = replace(settings, timeout_s=timeout)
    if task_id is not None or role is not None:
        found = _of_run(source, role, task_id, index)
        settings = limits_of_run(source, settings)
    else:
        found = _of_file(source, row, dataset, crates is not None)
    explained = explain(found, settings)
    if json_wanted:
        click.echo(as_json(explained))
        return
    from rich.console import Console

    _show(explained, Console(highlight=False))


def _of_run(source: Path, role: str | None, task_id: str | None, index: int) -> Asked:
    from evalpkg.models import Role
    from evalpkg.pipeline.explain import answer_of_run

    if task_id is None:
        raise ConfigError("--role alone does not name a sample", "Add --task.")
    return answer_of_run(source, Role(role) if role else None, task_id, index)


def _of_file(source: Path, row: int | None, dataset: str, crates: bool) -> Asked:
    from evalpkg.pipeline.explain import answer_of_file
    from evalpkg.tasks import load_tasks

    if row is None:
        raise ConfigError(
            "no sample is named",
            "Give a ROW of the file, or --task for the directory of a run.",
        )
    return answer_of_file(source, row, load_tasks(dataset, crates=crates).tasks)


def _show(explained: Explanation, console: Console) -> None:
    """Print all steps; ``_tame`` keeps the model's text from controlling the terminal."""
    from rich.panel import Panel
    from rich.table import Table

    verdict, extraction = explained.verdict, explained.extraction
    console.print(Panel(_tame(explained.completion), title="completion", title_align="left"))
    table = Table("step", "outcome", title="extraction", title_justify="left")
    for step in explained.steps:
        table.add_row(_tame(step.what), _tame(step.outcome))
    table.add_row("rule", extraction.rule)
    console.print(table)
    if extraction.source is not None:
        console.print(Panel(_tame(extraction.source), title="program", title_align="left"))
    colour = "green" if verdict.passed else "red"
    said = Table(show_header=False, title="verdict", title_justify="left")
    said.add_row("task", _tame(explained.task.task_id))
    said.add_row("verdict", _tame(verdict.kind), style=colour)
    if explained.recorded and explained.recorded != verdict.kind:
        said.add_row("in the run", f"{_tame(explained.recorded)}: this time it is another verdict")
    compiled = {True: "yes", False: "no", None: "not reached"}[verdict.compile_ok]
    said.add_row("compiles", compiled)
    said.add_row("error code", verdict.error_code or "none")
    said.add_row("detail", _tame(verdict.detail))
    said.add_row("reason", _reason(explained))
    console.print(said)


def _reason(explained: Explanation) -> str:
    """Return the reason of the verdict as a sentence."""
    verdict = explained.verdict
    if explained.extraction.source is None:
        return "no program was found in the completion, so nothing was compiled"
    if verdict.kind == "task_fault":
        return "the task's own tests cannot be used, so no program for it is judged"
    if verdict.kind == "infra_error":
        return "this machine failed before the program was judged; the verdict counts nowhere"
    if verdict.compile_ok is False and verdict.kind != "compile_error":
        return "rustc did not end within the limits of compiling; no test was run"
    if verdict.compile_ok is False:
        return "rustc rejected the program with the error above; no test was run"
    if verdict.passed:
        return "rustc accepted the program, and every test of the task passed in the sandbox"
    return "rustc accepted the program; the detail says what happened when its tests were run"


def _tame(text: str) -> str:
    """Escape control characters and rich's markup."""
    from rich.markup import escape

    spaced = text.replace("\t", "    ")
    return escape(printable(spaced, keep="\n"))
