"""Reporting starts fast and needs no model stack."""

import subprocess
import sys

import pytest

from tests.unit.reporting.report_runs import make_run

HEAVY = ("torch", "transformers", "openai", "numpy", "scipy", "matplotlib", "rich", "jinja2")


def python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_package_loads_nothing_heavy():
    code = f"import sys, evalpkg.reporting; print([m for m in {HEAVY} if m in sys.modules])"
    assert python(code).strip() == "[]"


@pytest.mark.slow
def test_reports_are_written_where_no_model_stack_is_installed(tmp_path):
    layout = make_run(tmp_path)
    blocked = [name for name in HEAVY if name in ("torch", "transformers", "openai", "rich")]
    python(
        "import sys, pathlib\n"
        f"sys.modules.update(dict.fromkeys({blocked}))\n"  # None makes an import fail
        "from evalpkg.reporting import write_reports\n"
        f"write_reports(pathlib.Path({str(tmp_path)!r}))"
    )
    assert layout.html.stat().st_size > 50_000
