"""The picture of the packages in docs/architecture.md is made from the imports, and current."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.draw_packages import PAGE, drawn, imports, picture, reduced


def test_the_picture_is_what_the_imports_say() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count("```mermaid") == 1
    assert page == drawn(page, imports()), "run: python scripts/draw_packages.py"


def test_an_import_anywhere_in_a_file_is_an_arrow(tmp_path: Path) -> None:
    package = tmp_path / "house"
    for name, text in {
        "roof": "from house.wall.brick import B",
        "wall": "def lay():\n    from house import ground",
        "ground": "import os",
    }.items():
        (package / name).mkdir(parents=True)
        (package / name / "__init__.py").write_text(text)
    assert imports(package) == {"ground": set(), "roof": {"wall"}, "wall": {"ground"}}


def test_arrows_that_follow_from_others_are_left_out() -> None:
    graph = {"a": {"b", "c"}, "b": {"c"}, "c": set[str]()}
    assert reduced(graph) == {"a": {"b"}, "b": {"c"}, "c": set()}
    assert "a --> b" in picture(graph)
    assert "a --> c" not in picture(graph)


def test_a_circle_is_named() -> None:
    with pytest.raises(ValueError, match="a -> b -> a"):
        reduced({"a": {"b"}, "b": {"a"}})
