from __future__ import annotations

from pathlib import Path

from tests.hosts.conftest import load_plugin

source_digest = load_plugin("filter/source_digest.py").source_digest


def test_any_change_of_a_source_changes_the_digest(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "a.py").write_text("1")
    digests = {source_digest(str(tmp_path), ["package"])}
    (package / "a.py").write_text("2")
    digests.add(source_digest(str(tmp_path), ["package"]))
    (package / "a.py").rename(package / "b.py")
    digests.add(source_digest(str(tmp_path), ["package"]))
    assert len(digests) == 3


def test_what_python_leaves_behind_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    before = source_digest(str(tmp_path), ["."])
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/a.pyc").write_bytes(b"x")
    assert source_digest(str(tmp_path), ["."]) == before
