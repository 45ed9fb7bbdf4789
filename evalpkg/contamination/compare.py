"""Comparison of the documents of a corpus with the parts of each task."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evalpkg.contamination.corpus import Document
from evalpkg.contamination.grams import token_grams, tree_shapes
from evalpkg.models import Task

THRESHOLD = 0.5
"""A task counts as touched if one document has at least this share of a part's 13-grams or shapes.

The parts are the prompt, the solution and the tests.
"""

_FENCE = re.compile(r"```[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """The best match of one part of a task among all documents.

    Attributes:
        part: ``prompt``, ``solution`` or ``tests``.
        measure: ``tokens`` (13-grams) or ``trees`` (shapes of syntax trees).
        found: number of the part's grams or shapes that the document contains.
        of: number of the part's grams or shapes, at least 1.
        where: the document, as file and line; empty if nothing was found.
    """

    task_id: str
    part: str
    measure: str
    found: int
    of: int
    where: str

    @property
    def share(self) -> float:
        """The share of the part that was found, from 0 to 1."""
        return self.found / self.of


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings for all tasks."""

    findings: tuple[Finding, ...]
    threshold: float = THRESHOLD

    def touched(self) -> tuple[str, ...]:
        """Return the ids of the tasks that have a finding of at least the threshold."""
        ids = (one.task_id for one in self.findings if one.share >= self.threshold)
        return tuple(dict.fromkeys(ids))


Key = tuple[str, str, str]
"""Task id, part and measure."""


def compare(
    tasks: Sequence[Task], documents: Iterable[Document], threshold: float = THRESHOLD
) -> Findings:
    """Find the best match of each part of each task among the documents.

    Grams and shapes that tasks for different problems share, such as common imports, are ignored.

    Args:
        tasks: the tasks to look for.
        documents: the corpus; read once, one document at a time.
        threshold: share of a part, from 0 to 1, at which a task counts as touched.

    Returns:
        One finding for each part and measure that has anything to compare.
    """
    sizes: dict[Key, int] = {}
    index: dict[str, dict[bytes, list[Key]]] = {"tokens": {}, "trees": {}}
    parts = [(task, key, grams) for task in tasks for key, grams in _parts(task)]
    common = _common(parts)
    for _, key, grams in parts:
        telling = grams - common
        sizes[key] = len(telling)
        for gram in telling:
            index[key[2]].setdefault(gram, []).append(key)
    best: dict[Key, tuple[int, str]] = {}
    for document in documents:
        for key, count in _hits(document, index).items():
            if count > best.get(key, (0, ""))[0]:
                best[key] = (count, document.where)
    found = (
        Finding(*key, found=best.get(key, (0, ""))[0], of=of, where=best.get(key, (0, ""))[1])
        for key, of in sizes.items()
        if of
    )
    return Findings(tuple(found), threshold)


def _common(parts: Iterable[tuple[Task, Key, set[bytes]]]) -> set[bytes]:
    """Collect what tasks for different problems share: it is no sign of either task."""
    owner: dict[bytes, str] = {}
    common: set[bytes] = set()
    for task, _, grams in parts:
        problem = task.cluster or task.task_id
        common |= {gram for gram in grams if owner.setdefault(gram, problem) != problem}
    return common


def _parts(task: Task) -> Iterator[tuple[Key, set[bytes]]]:
    solution = task.canonical_solution
    yield (task.task_id, "prompt", "tokens"), token_grams(task.prompt)
    yield (task.task_id, "solution", "tokens"), token_grams(solution)
    yield (task.task_id, "tests", "tokens"), token_grams(task.test)
    whole = tree_shapes(task.prompt + solution) if solution.strip() else set()
    yield (task.task_id, "solution", "trees"), whole
    yield (task.task_id, "tests", "trees"), tree_shapes(task.test)


def _hits(document: Document, index: dict[str, dict[bytes, list[Key]]]) -> Counter[Key]:
    hits: Counter[Key] = Counter()
    for gram in token_grams(document.text) & index["tokens"].keys():
        hits.update(index["tokens"][gram])
    shapes: set[bytes] = set()
    for source in _sources(document.text):
        shapes |= tree_shapes(source)
    for shape in shapes & index["trees"].keys():
        hits.update(index["trees"][shape])
    return hits


def _sources(text: str) -> list[str]:
    """Return the Rust code in a document: its fenced blocks, or all of it if there are none."""
    if not re.search(r"\bfn\b|assert", text):
        return []
    return _FENCE.findall(text) or [text]
