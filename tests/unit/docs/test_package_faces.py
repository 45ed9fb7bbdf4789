"""Names that docs/architecture.md promises for a package can be imported from the package."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "architecture.md"
PACKAGES = ("tasks", "generation", "scoring", "statistics", "store", "evidence", "verify", "merge")


def promised(package: str) -> list[str]:
    """Names in the last column of the package's row."""
    text = PAGE.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| `{package}` |"))
    return re.findall(r"`(\w+)[^`]*`", row.split("|")[3])


@pytest.mark.parametrize("package", PACKAGES)
def test_the_face_hands_on_what_is_promised(package: str) -> None:
    face = import_module(f"evalpkg.{package}")
    assert promised(package)
    assert set(promised(package)) <= set(face.__all__)
    assert all(hasattr(face, name) for name in face.__all__)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_name_is_made_up(package: str) -> None:
    with pytest.raises(AttributeError):
        _ = import_module(f"evalpkg.{package}").no_such_name
