"""The user's own settings of matplotlib change no figure and stop no report."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

DRAW = """
from tests.unit.reporting.test_figures import FIGURES
print(*(draw() for draw in FIGURES.values()))
"""
LOUD = "font.size: 30\nlines.linewidth: 9\naxes.grid: False\nsvg.hashsalt: x\nno such key: 1\n"


def drawn(folder, **variables):
    """Draw every figure in a process of its own, in ``folder``; return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), **variables}
    done = subprocess.run(
        [sys.executable, "-c", DRAW], env=environment, cwd=folder, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return drawn(tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize(
    "variables",
    [
        {"MPLBACKEND": "module://matplotlib_inline.backend_inline"},
        {"MPLBACKEND": "none"},
        {"MATPLOTLIBRC": "settings"},
        {"XDG_CONFIG_HOME": "config"},
        {"MPLCONFIGDIR": "/proc/1/none"},
    ],
    ids=" ".join,
)
def test_settings_for_other_programs_change_no_figure(variables, plain, tmp_path):
    for place in ("settings", "config/matplotlib"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "matplotlibrc").write_text(LOUD)
    given = {
        name: str(tmp_path / value) if (tmp_path / value).exists() else value
        for name, value in variables.items()
    }
    assert drawn(tmp_path, **given) == plain


def test_a_file_of_settings_in_the_working_directory_changes_no_figure(plain, tmp_path):
    (tmp_path / "matplotlibrc").write_text(LOUD)
    assert drawn(tmp_path) == plain
