"""Compile a program that always compiles, to find out whether the machine is at fault."""

from __future__ import annotations

import tempfile
from pathlib import Path

from evalpkg.sandbox.scratch import scratch_root
from evalpkg.scoring.crates import CompileLimits, CrateCompiler
from evalpkg.scoring.unit import Unit

CONTROL = Unit(
    "control",
    '#[no_mangle] pub extern "C" fn evalpkg_control() { ::evalwire::Reader::new(&[]).left(); }\n',
    "mod control;",
)


def why_nothing_compiles(compiler: CrateCompiler) -> str:
    """Say why this machine cannot compile even a one-line program now; empty if it can."""
    with tempfile.TemporaryDirectory(dir=scratch_root()) as work:
        made = compiler.compile(Path(work), [CONTROL], "2021", CompileLimits(), shared=True)
    if made.library is not None:
        return ""
    return f"no program can be compiled now ({made.detail or 'the control has an error'})"
