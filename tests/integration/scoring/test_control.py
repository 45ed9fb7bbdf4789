"""The control program compiles where programs can; where none can, its error says why."""

from pathlib import Path

import pytest

from evalpkg.rust import build_runtime, find_toolchain
from evalpkg.sandbox import select_provider
from evalpkg.scoring.control import why_nothing_compiles
from evalpkg.scoring.crates import CrateCompiler


def compiler() -> CrateCompiler:
    toolchain = find_toolchain()
    runtime = build_runtime(toolchain)
    return CrateCompiler(toolchain, runtime, select_provider("auto", toolchain, runtime))


def test_a_sound_machine_compiles_the_control() -> None:
    assert why_nothing_compiles(compiler()) == ""


def test_a_compiler_that_always_ends_early_is_the_machine_s_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ended(_compiler: CrateCompiler, _work: Path, _root: str, *_: object) -> tuple[int, str]:
        return 128 + 9, ""

    monkeypatch.setattr(CrateCompiler, "_rustc", ended)
    assert "killed" in why_nothing_compiles(compiler())
