"""Reading metrics must not pay for computing them."""

from __future__ import annotations

import subprocess
import sys


def test_importing_statistics_loads_neither_numpy_nor_scipy():
    code = "import sys, evalpkg.statistics; print({'numpy', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
