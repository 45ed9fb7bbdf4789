"""The programs found in the corpus are programs: rustc takes them."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

from evalpkg.extraction import extract
from evalpkg.models import Task

CORPUS = Path(__file__).parents[2] / "unit" / "extraction" / "corpus"
BROKEN = ("function_broken", "body_broken", "no_code")


def programs() -> dict[str, str]:
    found = {}
    for file in sorted(CORPUS.glob("*.toml")):
        content = tomllib.loads(file.read_text("utf-8"))
        task = Task("t", content["task"]["prompt"], content["task"]["entry_point"], "")
        for number, example in enumerate(content["example"]):
            result = extract(task, example["completion"])
            if result.source is not None and not result.rule.endswith(BROKEN):
                found[f"{file.stem}_{number}"] = result.source
    return found


def test_every_sound_program_of_the_corpus_compiles(tmp_path: Path) -> None:
    sources = programs()
    assert len(sources) > 60
    for name, source in sources.items():
        (tmp_path / f"{name}.rs").write_text(source, "utf-8")
    modules = "".join(f'#[path = "{name}.rs"]\nmod {name};\n' for name in sources)
    (tmp_path / "lib.rs").write_text(f"#![allow(warnings)]\n{modules}", "utf-8")
    done = subprocess.run(
        ["rustc", "--edition=2024", "--crate-type=lib", "--emit=metadata", "--test", "lib.rs"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
