"""Judging any JSONL of ``{"task_id", "completion"}``, as other harnesses write it.

The file is read three times, never held: once to check every line before anything is compiled,
once task by task to judge, once in its own order to write the answer. What is kept in memory is
a few bytes per row. A log of work done, keyed by the row's position and its digest, makes a
killed run go on where it was.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from evalpkg.models import Extraction, Task, Verdict, VerdictKind
from evalpkg.pipeline.judging import Extractor, Judging
from evalpkg.pipeline.rows_index import RowsIndex
from evalpkg.reporting.progress import Progress
from evalpkg.scoring import Scorer
from evalpkg.store.files import canonical_json
from evalpkg.store.log import AppendLog

NOT_JUDGED = -1


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """What a call of ``score_file`` did.

    Attributes:
        resumed: rows whose verdict an earlier call had left.
        verdicts: rows by verdict.
        infra_errors: (line number, detail) of rows that could not be judged.
    """

    rows: int
    resumed: int
    verdicts: Counter[str]
    infra_errors: tuple[tuple[int, str], ...]


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
            verdicts, infra = self._write_answer(rows)
        return ScoreSummary(len(self.index), resumed, verdicts, tuple(infra))

    def _prepare(self, rows: IO[bytes], row: int) -> tuple[Task, Extraction]:
        task = self._tasks[self.index.task[row]]
        return task, self._extract(task, self.index.read(rows, row)["completion"])

    def _save(self, batch: list[tuple[int, Extraction, Verdict]]) -> None:
        self._log.append(
            {
                "row": row,
                "digest": self.index.digest(row),
                "verdict": verdict.kind,
                "passed": verdict.passed,
                "compile_ok": verdict.compile_ok,
                "main_free": extraction.main_free,
                "error_code": verdict.error_code,
                "detail": verdict.detail,
                "extraction_rule": extraction.rule,
                "program_sha256": verdict.program_sha256,
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
        offset = 0
        if not self._log.path.exists():
            return
        with self._log.path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    return
                record = json.loads(line)
                row = record["row"]
                if row < len(self.index) and record["digest"] == self.index.digest(row):
                    yield offset, record
                offset += len(line)

    def _write_answer(self, rows: IO[bytes]) -> tuple[Counter[str], list[tuple[int, str]]]:
        """``verdicts.jsonl``: the last judgement of each row, in the order of the input."""
        from array import array

        where = array("q", [NOT_JUDGED]) * len(self.index)
        for offset, record in self._judgements():
            where[record["row"]] = offset
        verdicts: Counter[str] = Counter()
        infra: list[tuple[int, str]] = []
        partial = self.answer.with_name(self.answer.name + ".partial")
        with (
            partial.open("w", encoding="utf-8", newline="\n") as out,
            self._log.path.open("rb") as log,
        ):
            for row in range(len(self.index)):
                log.seek(where[row])
                judged = json.loads(log.readline())
                verdicts[judged["verdict"]] += 1
                if judged["verdict"] == VerdictKind.INFRA_ERROR:
                    infra.append((self.index.line_number(row), judged["detail"]))
                del judged["row"], judged["digest"]
                given = self.index.read(rows, row)
                answer = answer_row(given, self.index.sample[row], judged)
                out.write(canonical_json(answer) + "\n")
        partial.replace(self.answer)
        return verdicts, infra


def answer_row(given: dict[str, Any], sample: int, judged: dict[str, Any]) -> dict[str, Any]:
    """A row of the answer: the verdict first, then whatever else the input row held."""
    head = {"task_id": given["task_id"], "index": sample, **judged}
    return {**head, **{key: value for key, value in given.items() if key not in head}}
