"""The order of the packages: an import points downward, and no two packages import each other."""

from __future__ import annotations

import ast

from tests.sources import ROOT, modules

FLOORS = [
    {"__main__"},
    {"cli"},
    {"fleet"},
    {"pipeline", "serving"},
    {"doctor"},
    {"verify", "merge", "export"},
    {"reporting"},
    {"evidence", "statistics"},
    {"config"},
    {"scoring", "generation"},
    {"policy"},
    {"samples", "sandbox", "tasks", "contamination"},
    {"rust", "extraction", "store"},
    {"wheels"},
    {"digests", "zstd", "process_folder"},
    {"models", "errors", "addresses", "cachedir", "closing", "patterns", "printable"},
]
WITH_A_FACE = {
    *("rust", "extraction", "store", "tasks", "scoring", "generation", "statistics"),
    *("evidence", "verify", "merge", "doctor"),
}
"""Packages of which other packages import the face alone: what their ``__init__`` hands on."""
SIDE_DOORS = {"evalpkg.scoring.peer", "evalpkg.statistics.plan", "evalpkg.statistics.checkpoints"}
"""Few commands need these: one has a face of its own, the others would load numpy for all."""
FLOOR = {package: height for height, floor in enumerate(FLOORS) for package in floor}


def imports() -> set[tuple[str, str]]:
    """``(importing package, imported package)`` of every import, wherever in a file it stands."""
    found = set()
    for path, module in modules().items():
        user = path.relative_to(ROOT).parts[0].removesuffix(".py")
        for node in ast.walk(module):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("evalpkg."):
                found.add((user, str(node.module).split(".")[1]))
            elif isinstance(node, ast.ImportFrom) and node.module == "evalpkg":
                names = {alias.name for alias in node.names}
                found |= {(user, name) for name in names if name in FLOOR}
    return {(user, used) for user, used in found if user != used and user != "__init__"}


def test_every_package_has_its_floor() -> None:
    packages = {path.name.removesuffix(".py") for path in ROOT.iterdir() if path.suffix != ".pyc"}
    assert packages - {"__init__", "__pycache__", "py.typed"} <= set(FLOOR)


def test_imports_point_downward() -> None:
    upward = {(a, b) for a, b in imports() if FLOOR[a] >= FLOOR[b]}
    assert not upward


def test_packages_with_a_face_are_entered_by_it() -> None:
    past = set()
    for path, module in modules().items():
        user = path.relative_to(ROOT).parts[0]
        for node in ast.walk(module):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                package, *inside = name.removeprefix("evalpkg.").split(".")
                if name in SIDE_DOORS or user == package or not name.startswith("evalpkg."):
                    continue
                if inside and package in WITH_A_FACE:
                    past.add(f"{path.relative_to(ROOT)} imports {name}")
    assert not past, "import the name from the package, and add it to its __init__"


def test_no_module_is_longer_than_contributing_md_allows() -> None:
    sources = [path for kind in ("*.py", "*.rs") for path in ROOT.rglob(kind)]
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources}
    assert {str(path): count for path, count in lines.items() if count > 400} == {}
