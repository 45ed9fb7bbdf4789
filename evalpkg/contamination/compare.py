"""Compares the documents of a corpus with the parts of each task."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evalpkg.contamination.corpus import Document
from evalpkg.contamination.grams import token_grams, tree_shapes
from evalpkg.models import Task

THRESHOLD = 0.5
"""Share of a part's 13-grams or shapes in one document from which a task counts as touched."""

_FENCE = re.compile(r"```[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """How much of one part of a task one document holds, at most.

    Attributes:
        part: ``prompt``, ``solution`` or ``tests``.
        measure: ``tokens`` (13-grams) or ``trees`` (shapes of syntax trees).
        found: how many of the part's grams or shapes the document holds.
        of: how many there are; a part with none is not compared.
        where: the document; empty where nothing was found.
    """

    task_id: str
    part: str
    measure: str
    found: int
    of: int
    where: str

    @property
    def share(self) -> float:
        """Of the part, from 0 to 1."""
        return self.found / self.of


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found of all tasks."""

    findings: tuple[Finding, ...]
    threshold: float = THRESHOLD

    def touched(self) -> tuple[str, ...]:
        """Ids of the tasks of which a document holds at least the threshold's share."""
        ids = (one.task_id for one in self.findings if one.share >= self.threshold)
        return tuple(dict.fromkeys(ids))


Key = tuple[str, str, str]


def compare(
    tasks: Sequence[Task], documents: Iterable[Document], threshold: float = THRESHOLD
) -> Findings:
    """The most that any one document holds of each part of each task.

    Args:
        tasks: what the corpus should not hold.
        documents: of the corpus; read once, one at a time.
        threshold: share from which a task counts as touched.
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
    """What tasks for different problems share, such as a set's imports: it tells of neither."""
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
    """The Rust in a document: fenced blocks, or the whole where there are none."""
    if not re.search(r"\bfn\b|assert", text):
        return []
    return _FENCE.findall(text) or [text]
