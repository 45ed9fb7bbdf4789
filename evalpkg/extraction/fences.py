"""Code fences of Markdown, as CommonMark has them, and as models leave them: unclosed."""

from __future__ import annotations

FENCES = ("```", "~~~")


def fenced_blocks(text: str) -> list[str]:
    """The contents of all fenced blocks in order; a last one that never closes runs to the end."""
    if not any(fence in text for fence in FENCES):
        return []
    blocks: list[str] = []
    inside: list[str] | None = None
    mark, width = "", 0
    for line in text.split("\n"):
        stripped = line.lstrip(" ")
        run = _run(stripped)
        if inside is None:
            if run >= 3 and "`" not in stripped[run:]:
                inside, mark, width = [], stripped[0], run
        elif run >= width and stripped[0] == mark and not stripped[run:].strip():
            blocks.append("\n".join(inside))
            inside = None
        else:
            inside.append(line)
    if inside is not None:
        blocks.append("\n".join(inside))
    return blocks


def _run(line: str) -> int:
    """Length of the fence a line starts with, 0 for none."""
    if not line.startswith(FENCES):
        return 0
    return len(line) - len(line.lstrip(line[0]))
