"""Docstrings begin with a verb or the thing itself, and no two classes share a name."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.sources import ROOT, modules

RIDDLES = (
    *("What", "How", "Where", "Whether", "Whom", "Who", "Whose", "Which", "That", "When", "Why"),
)
"""First words of a clause without a subject, which leaves the reader to find the verb."""


def docstrings(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of every docstring: module, classes, functions, attributes."""
    for node in ast.walk(module):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        for place, one in enumerate(body):
            first = place == 0 and isinstance(node, documented)
            after = place > 0 and isinstance(body[place - 1], ast.Assign | ast.AnnAssign)
            match one:
                case ast.Expr(value=ast.Constant(value=str(text))) if first or after:
                    yield one.lineno, text


def riddles(module: ast.Module) -> list[str]:
    """Lines and beginnings of docstrings that begin with a clause."""
    return [
        f"{line}: {text.strip()[:60]}"
        for line, text in docstrings(module)
        if (text.split() or [""])[0].strip(",:") in RIDDLES
    ]


@pytest.mark.parametrize(
    "source",
    [
        '"""What a run is."""',
        'class A:\n    """Whom root serves."""',
        'class A:\n    b: int = 0\n    """How many there are."""',
        'def f():\n    """Whether it holds."""',
        'A = 1\n"""Where files lie."""',
    ],
)
def test_a_clause_is_found_in_docstrings_of_every_kind(source: str) -> None:
    assert len(riddles(ast.parse(source))) == 1


def test_no_docstring_begins_with_a_clause() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{one}"
        for path, module in modules().items()
        for one in riddles(module)
    ]
    assert not found, "begin with a verb or the thing itself, such as: Tell whether ..."


def test_no_doc_comment_in_rust_begins_with_a_clause() -> None:
    begins = re.compile(rf"^\s*//[/!] (?:{'|'.join(RIDDLES)})\b")
    found = []
    for path in ROOT.rglob("*.rs"):
        before = ""
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if begins.match(line) and not before.lstrip().startswith(("///", "//!")):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
            before = line
    assert not found


def test_public_classes_have_names_of_their_own() -> None:
    places = defaultdict(list)
    for path, module in modules().items():
        for node in module.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_one_module_is_called_settings() -> None:
    assert [path.parent.name for path in modules() if path.name == "settings.py"] == ["config"]
