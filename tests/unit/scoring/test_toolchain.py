"""A rustc that cannot be used is named with its cause in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalpkg.cachedir import cache_root
from evalpkg.errors import EnvironmentUnfitError
from evalpkg.rust.toolchain import _ask


def script(folder: Path, body: str) -> str:
    path = folder / "rustc"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("exit 3", "it ended with status 3"),
        ("kill -9 $$", "killed by signal 9"),
        ("echo 'error: no default' >&2; echo 'Stack backtrace:' >&2; exit 1", "error: no default"),
        ("echo >&2; echo 'unknown option' >&2; echo usage >&2; exit 2", "unknown option"),
    ],
)
def test_the_cause_is_one_line(tmp_path: Path, body: str, cause: str) -> None:
    with pytest.raises(EnvironmentUnfitError) as raised:
        _ask(script(tmp_path, body), "-vV")
    assert str(raised.value).partition("\n")[0].endswith(f"-vV' failed: {cause}")


def test_a_folder_is_no_rustc(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentUnfitError, match="failed: Permission denied"):
        _ask(str(tmp_path), "-vV")


def test_variables_that_change_rustc_do_not_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUST_MIN_STACK", "1")
    monkeypatch.setenv("RUSTUP_TOOLCHAIN", "stable")
    assert _ask(script(tmp_path, "echo $RUST_MIN_STACK-$RUSTUP_TOOLCHAIN")) == "-stable"


@pytest.mark.parametrize("name", ["EVALPKG_CACHE", "XDG_CACHE_HOME"])
def test_a_relative_cache_is_meant_from_where_evalpkg_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EVALPKG_CACHE", raising=False)
    monkeypatch.setenv(name, "here")
    assert tmp_path / "here" in (cache_root(), *cache_root().parents)
