"""docs/cli.md is what the commands say."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_docs_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/write_cli_docs.py", "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == 0, "run: python scripts/write_cli_docs.py"


def test_help_shows_its_examples_a_line_each() -> None:
    text = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert "\\b" not in text
    assert "\n  Examples:\n    evalpkg tasks\n" in text
