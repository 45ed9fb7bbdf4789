"""Takes back what a set's published prompts have and ours do not, where an answer repeats it.

Every published prompt of HumanEval-X and HumanEvalPack imports three crates, and HumanEvalPack's
also define an empty ``main``. The repaired prompts have neither, unless a task needs the crates.
Files of bigcode's harness repeat the published prompt before each answer, and chat models copy its
imports. They would be missing crates in an answer whose prompt asked for them.
"""

from __future__ import annotations

import re

from evalpkg.extraction.trace import Trace
from evalpkg.models import Task

SETS = ("humaneval-x", "humanevalpack", "humanevalpack-fix")
CRATE_IMPORTS = {"rand": "use rand::Rng;", "regex": "use regex::Regex;", "md5": "use md5;"}
EMPTY_MAIN = re.compile(r"\A\s*fn main\(\)\s*\{\s*\}\s*")


def without_published_imports(task: Task, text: str, trace: Trace) -> str:
    """Return an answer without the lines that only the published prompt has.

    Code that uses such a crate keeps its other lines, and does not compile without ``--crates``.
    """
    if task.dataset not in SETS:
        return text
    absent = {line for line in CRATE_IMPORTS.values() if line not in task.prompt}
    if not absent:
        return text
    lines = text.splitlines(keepends=True)
    kept = "".join(line for line in lines if line.strip() not in absent)
    kept = EMPTY_MAIN.sub("", kept)
    if kept != text:
        trace.add("published prompt", "its imports of crates and its empty `main` are left out")
    return kept
