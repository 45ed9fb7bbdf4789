"""The wheel holds what evalpkg reads at run time, and nothing else."""

from __future__ import annotations

import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from evalpkg import __version__
from evalpkg.fleet import project

ROOT = Path(__file__).parents[3]
PLAYBOOKS = "evalpkg/fleet/project/"
pytestmark = pytest.mark.slow

NOT_SHIPPED = {"__pycache__", "target"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    built = next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))
    return zipfile.ZipFile(built)


def metadata(wheel: zipfile.ZipFile) -> str:
    return wheel.read(f"evalpkg-{__version__}.dist-info/METADATA").decode("utf-8")


def test_every_file_of_the_package_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "evalpkg").rglob("*")
        if path.is_file() and not NOT_SHIPPED & set(path.parts)
    }
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert {name for name in shipped if not name.startswith(PLAYBOOKS)} == expected


def test_the_playbooks_are_shipped_and_laid_out_as_a_project_of_their_own(
    wheel: zipfile.ZipFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel.extractall(tmp_path / "site")
    monkeypatch.setattr(project, "PACKAGE", tmp_path / "site/evalpkg")
    monkeypatch.setattr(project, "CARRIED", tmp_path / "site/evalpkg/fleet/project")
    monkeypatch.setenv("EVALPKG_CACHE", str(tmp_path / "cache"))
    laid_out = project.project_dir()
    assert laid_out == project.project_dir()
    for tracked in ("site.yml", "playbooks", "roles", "inventory/group_vars", "requirements"):
        for file in (ROOT / tracked).rglob("*"):
            if file.is_file() and not NOT_SHIPPED & set(file.parts):
                copy = laid_out / file.relative_to(ROOT)
                assert copy.read_bytes() == file.read_bytes()
    assert (laid_out / "playbooks/group_vars/all/versions.yml").is_file()
    # Hosts get a wheel that is built from here.
    again = next(WheelBuilder(str(laid_out)).build(directory=str(tmp_path), versions=["standard"]))
    assert set(zipfile.ZipFile(again).namelist()) == set(wheel.namelist())


@pytest.mark.parametrize("ending", [".rs", ".toml", ".css", ".js", ".j2", "py.typed"])
def test_files_that_are_not_python_are_shipped_too(wheel: zipfile.ZipFile, ending: str) -> None:
    assert any(name.endswith(ending) for name in wheel.namelist())


def test_nothing_outside_the_package_is_installed(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"evalpkg", f"evalpkg-{__version__}.dist-info"}


def test_the_version_stands_in_one_place(wheel: zipfile.ZipFile) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" not in project
    assert HeaderParser().parsestr(metadata(wheel))["Version"] == __version__


def test_the_core_asks_for_no_model_stack(wheel: zipfile.ZipFile) -> None:
    wanted = HeaderParser().parsestr(metadata(wheel)).get_all("Requires-Dist") or []
    core = [line for line in wanted if "extra ==" not in line]
    assert core
    assert not [line for line in core if line.startswith(("torch", "transformers", "peft", "vllm"))]


def test_the_command_is_installed(wheel: zipfile.ZipFile) -> None:
    entry = wheel.read(f"evalpkg-{__version__}.dist-info/entry_points.txt").decode("utf-8")
    assert "evalpkg = evalpkg.cli:main" in entry
