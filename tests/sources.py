"""The package's sources as syntax trees, parsed once for all tests that look at them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import evalpkg

ROOT = Path(evalpkg.__file__).parent


@cache
def modules() -> dict[Path, ast.Module]:
    """Return the tree of each file."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py")}
