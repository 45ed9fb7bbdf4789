"""Write the comparison as Markdown."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from evalpkg.scoring.peer.comparison import Disagreement, PeerComparison

Side = Literal["we pass", "peer passes"]


def _side(found: Disagreement) -> Side:
    return "we pass" if found.ours.passed else "peer passes"


def render(comparison: PeerComparison, examples: int = 3) -> str:
    """Return a table of disagreements by fault, with examples, and a list of unexplained ones."""
    counts: Counter[tuple[str, Side]] = Counter()
    where: dict[tuple[str, Side], list[str]] = {}
    for found in comparison.disagreements:
        name = " + ".join(found.faults) or "**unexplained**"
        key = (name, _side(found))
        counts[key] += 1
        where.setdefault(key, []).append(f"{found.question.task.task_id} (#{found.position})")
    summary = (
        f"{comparison.samples} samples: {comparison.agreed} agree, "
        f"{len(comparison.disagreements)} differ, {len(comparison.unexplained)} unexplained, "
        f"{len(comparison.not_judged)} not judged by one of the two."
    )
    lines = [
        summary,
        "",
        "| fault of the peer | who passes | samples | for example |",
        "|---|---|---:|---|",
    ]
    for (name, side), count in counts.most_common():
        shown = ", ".join(where[name, side][:examples])
        lines.append(f"| {name} | {side} | {count} | {shown} |")
    for found in comparison.unexplained:
        lines += ["", _unexplained(found)]
    return "\n".join(lines) + "\n"


def _unexplained(found: Disagreement) -> str:
    said = found.theirs.error_type or "passed"
    ours = f"{found.ours.kind.value}: {found.ours.detail}".replace("\n", " ")[:300]
    task = found.question.task.task_id
    return f"- {task} (#{found.position}): we say `{_plain(ours)}`, the peer says `{said}`"


def _plain(text: str) -> str:
    return text.replace("`", "'")
