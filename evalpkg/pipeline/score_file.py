"""Judging any JSONL of ``{"task_id", "completion"}``, as other harnesses write it.

The file is read three times, never held: once to check every line before anything is compiled,
once task by task to judge, once in its own order to write the answer. What is kept in memory is
a few bytes per row. A log of work done, keyed by the row's position and its digest, makes a
killed run go on where it was.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from evalpkg.errors import ConfigError, DataError
from evalpkg.models import Extraction, Task, TaskSet, Verdict, VerdictKind
from evalpkg.pipeline.facts import NOT_THE_RESULT
from evalpkg.pipeline.judging import Extractor, Judging
from evalpkg.pipeline.rows_index import RowsIndex
from evalpkg.reporting.progress import Progress
from evalpkg.samples import as_rows_file
from evalpkg.scoring import Scorer, ScoringSettings
from evalpkg.store import AppendLog, RunLayout, bind_config, canonical_json, judgement, write_lines

NOT_JUDGED = -1

ANSWER = (
    "verdict",
    "passed",
    "compile_ok",
    "main_free",
    "error_code",
    "detail",
    "extraction_rule",
    "program_sha256",
)
"""Fields of the answer, in their order; ``Row`` says what each means."""


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """What a call of ``score_file`` did.

    Attributes:
        resumed: rows whose verdict an earlier call had left.
        verdicts: rows by verdict.
        infra_errors: (line number, detail) of rows that this machine failed to judge.
        task_faults: why the tests of a task cannot be used, by its id.
    """

    rows: int
    resumed: int
    verdicts: Counter[str]
    infra_errors: tuple[tuple[int, str], ...]
    task_faults: Mapping[str, str] = field(default_factory=dict)


class FileScoring:
    """One samples file, the log of its verdicts, and the file of the answer.

    Args:
        samples: the JSONL to judge.
        output_dir: gets ``verdicts.jsonl`` and ``work/verdicts.jsonl``.
    """

    def __init__(self, samples: Path, output_dir: Path, tasks: Sequence[Task]) -> None:
        self.index = RowsIndex.of(samples, tasks)
        self.answer = output_dir / "verdicts.jsonl"
        self._tasks = tasks
        self._extract = Extractor()
        self._log = AppendLog(output_dir / "work" / "verdicts.jsonl")

    def run(self, scorer: Scorer, progress: Progress) -> ScoreSummary:
        """Judge what is not judged yet, once more what the infrastructure failed, and write."""
        with self._log, self.index.path.open("rb") as rows:
            self._require_own_log()
            first = self._unjudged()
            resumed = len(self.index) - len(first)
            progress.phase("scoring", len(self.index), resumed)
            judging = Judging[int](
                scorer, lambda row: self._prepare(rows, row), self._save, progress
            )
            judging.run(first)
            again = self._unjudged()
            if again:
                progress.phase("scoring again after infrastructure errors", len(again))
                judging.run(again)
            return self._write_answer(rows, resumed)

    def _require_own_log(self) -> None:
        """Refuse a directory whose log judges none of this file's rows.

        Raises:
            ConfigError: if it belongs to another file.
        """
        judged = self._log.path.exists() and self._log.path.stat().st_size > 0
        if judged and next(self._judgements(), None) is None:
            raise ConfigError(
                f"{self.answer.parent} holds the verdicts of another file",
                "Name another --output-dir, or the file that it was made from.",
            )

    def _prepare(self, rows: IO[bytes], row: int) -> tuple[Task, Extraction]:
        task = self._tasks[self.index.task[row]]
        return task, self._extract(task, self.index.read(rows, row)["completion"])

    def _save(self, batch: list[tuple[int, Extraction, Verdict]]) -> None:
        self._log.append(
            {
                "row": row,
                "digest": self.index.digest(row),
                **answer_of(extraction, verdict),
            }
            for row, extraction, verdict in batch
        )

    def _unjudged(self) -> list[int]:
        """Rows without a final verdict, task by task so that a task's programs meet."""
        final = bytearray(len(self.index))
        for _, record in self._judgements():
            final[record["row"]] = record["verdict"] != VerdictKind.INFRA_ERROR
        return [row for row in self.index.by_task() if not final[row]]

    def _judgements(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each record of the log that belongs to a row of this file, with its byte offset."""
        for offset, number, record in self._log.placed():
            row = _row_of(record)
            if row is None:
                raise self._log.damaged(number)
            if row < len(self.index) and record["digest"] == self.index.digest(row):
                yield offset, record

    def _write_answer(self, rows: IO[bytes], resumed: int) -> ScoreSummary:
        """``verdicts.jsonl``: the last judgement of each row, in the order of the input."""
        from array import array

        where = array("q", [NOT_JUDGED]) * len(self.index)
        for offset, record in self._judgements():
            where[record["row"]] = offset
        verdicts: Counter[str] = Counter()
        infra: list[tuple[int, str]] = []
        faults: dict[str, str] = {}
        with self._log.path.open("rb") as log:

            def lines() -> Iterator[str]:
                for row in range(len(self.index)):
                    log.seek(where[row])
                    judged = json.loads(log.readline())
                    verdicts[judged["verdict"]] += 1
                    if judged["verdict"] == VerdictKind.INFRA_ERROR:
                        infra.append((self.index.line_number(row), judged["detail"]))
                    elif judged["verdict"] == VerdictKind.TASK_FAULT:
                        faults[self._tasks[self.index.task[row]].task_id] = judged["detail"]
                    del judged["row"], judged["digest"]
                    given = self.index.read(rows, row)
                    answer = answer_row(given, self.index.sample[row], judged)
                    yield canonical_json(answer) + "\n"

            write_lines(self.answer, lines())
        return ScoreSummary(len(self.index), resumed, verdicts, tuple(infra), faults)


def score_file(
    samples: Path,
    output_dir: Path,
    tasks: TaskSet,
    settings: ScoringSettings,
    model: str = "",
) -> ScoreSummary:
    """Judge a file with our own scorer; the directory belongs to these tasks and conditions.

    Args:
        samples: in any form of ``evalpkg.samples``.
        output_dir: gets the verdicts.
        tasks: what the samples answer.
        settings: limits, sandbox, parallelism.
        model: which model's rows to judge, where a file names more than one.

    Raises:
        DataError: if the file has a line that is no sample of these tasks, or the log of an
            earlier call is damaged.
        ConfigError: if the directory holds verdicts made under other conditions.
        EnvironmentUnfitError: as ``Scorer``; or if the directory cannot be written.
    """
    rows = as_rows_file(samples, tasks.tasks, output_dir / "work", model)
    scoring = FileScoring(rows, output_dir, tasks.tasks)
    if not len(scoring.index):
        raise DataError(f"{samples} holds no samples", "Is it the right file?")
    with Scorer(settings, tasks.tasks) as scorer:
        data = {"dataset": tasks.source, "digest": tasks.digest, "overlay": tasks.overlay_digest}
        conditions = {k: v for k, v in scorer.provenance().items() if k not in NOT_THE_RESULT}
        bind_config(RunLayout(output_dir), {"tasks": data, "scorer": conditions})
        with Progress(None) as progress:
            return scoring.run(scorer, progress)


def _row_of(record: dict[str, Any]) -> int | None:
    """The row that a record of the log judges; None if it is no such record."""
    row = record.get("row")
    texts = all(isinstance(record.get(name), str) for name in ("digest", "verdict", "detail"))
    return row if type(row) is int and row >= 0 and texts else None


def answer_of(extraction: Extraction, verdict: Verdict) -> dict[str, Any]:
    """What a row of the answer says of its program, without the program."""
    judged = judgement(extraction, verdict) | {"passed": verdict.passed}
    return {name: judged[name] for name in ANSWER}


def answer_row(given: dict[str, Any], sample: int, judged: dict[str, Any]) -> dict[str, Any]:
    """A row of the answer: the verdict first, then whatever else the input row held."""
    head = {"task_id": given["task_id"], "index": sample, **judged}
    return {**head, **{key: value for key, value in given.items() if key not in head}}
