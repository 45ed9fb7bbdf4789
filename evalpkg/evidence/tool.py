"""Names this evalpkg: its version, and its commit where it runs from a checkout."""

from __future__ import annotations

from pathlib import Path

import evalpkg
from evalpkg.evidence.environment import ask
from evalpkg.evidence.metadata import Tool


def this_tool() -> Tool:
    """Version, commit and whether the code differs from that commit."""
    package = Path(evalpkg.__file__).resolve().parent
    checkout = package.parent
    here = ("git", "-C", str(checkout))
    # A package installed inside somebody's repository is not a checkout of this project.
    if Path(ask(*here, "rev-parse", "--show-toplevel") or "/") != checkout or not ask(
        *here, "ls-files", "--", f"{package.name}/models.py"
    ):
        return Tool(version=evalpkg.__version__)
    changes = ask(*here, "status", "--porcelain", "--", package.name, "pyproject.toml")
    return Tool(
        version=evalpkg.__version__, commit=ask(*here, "rev-parse", "HEAD"), dirty=bool(changes)
    )
