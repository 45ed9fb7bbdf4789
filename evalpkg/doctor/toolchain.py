"""Check of rustc: it compiles a program, which is then run."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from evalpkg.doctor.check import Diagnosis

PROGRAM = 'fn main() { println!("{}", (1..=10).sum::<u32>()); }\n'
CURE = "Install Rust (https://rustup.rs) and a C linker, and see that 'rustc -vV' answers."


def rustc() -> Diagnosis:
    """Compile a program, run it and check its output."""
    try:
        version = _run(["rustc", "--version"]).strip()
        with tempfile.TemporaryDirectory() as folder:
            source, program = Path(folder, "check.rs"), Path(folder, "check")
            source.write_text(PROGRAM, encoding="ascii")
            _run(["rustc", "--edition=2021", "-o", str(program), str(source)])
            printed = _run([str(program)]).strip()
    except FileNotFoundError as error:
        return Diagnosis("rustc", False, f"{error.filename} not found", CURE, required=True)
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or "").strip().splitlines() or [f"status {error.returncode}"]
        return Diagnosis("rustc", False, lines[0], CURE, required=True)
    except subprocess.TimeoutExpired:
        return Diagnosis("rustc", False, "no answer in a minute", CURE, required=True)
    detail = f"{version}; compiled and ran a program"
    return Diagnosis("rustc", printed == "55", detail, CURE, required=True)


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout
