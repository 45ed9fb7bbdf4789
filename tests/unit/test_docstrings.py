"""Docstrings of functions say what the function does, and no two classes share a name."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import evalpkg

ROOT = Path(evalpkg.__file__).parent
RIDDLES = ("Whether", "Whom", "Whose", "Who")
"""First words that leave the reader to find the verb."""
MODULES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py")}


def test_a_docstring_of_a_function_does_not_begin_with_a_clause() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path, module in MODULES.items()
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (ast.get_docstring(node) or " ").split()[:1] in [[word] for word in RIDDLES]
    ]
    assert not found, "begin with a verb, such as: Tell whether ..."


def test_public_classes_have_names_of_their_own() -> None:
    places = defaultdict(list)
    for path, module in MODULES.items():
        for node in module.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_one_module_is_called_settings() -> None:
    assert [path.parent.name for path in MODULES if path.name == "settings.py"] == ["config"]
