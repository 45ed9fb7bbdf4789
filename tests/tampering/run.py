"""Print which tamperings ``verify`` finds: ``python -m tests.tampering.run RUN [PART OF]``.

RUN is the directory of an honest run of four tasks, two samples each, replayed from ``stub`` and
``canonical``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.tampering.finding import checked, complaints
from tests.tampering.tamperings import TAMPERINGS, Needs, naive


def main(run: Path, part: int = 0, of: int = 1) -> int:
    """Print the table; 1 if a tampering was missed that should be found."""
    honest = checked(run, needs=Needs.REGENERATE, pages=True)
    if not honest.ok or honest.left_out:
        sys.exit(f"{run} is no honest run: {[check for check in honest.checks if not check.ok]}")
    missed = 0
    every = [*naive(run), *TAMPERINGS]
    with tempfile.TemporaryDirectory() as folder:
        for tampering in every[part::of]:
            found = complaints(run, tampering, Path(folder) / "copy")
            right = tampering.found_by in found if tampering.found_by else not found
            missed += not right
            told = ", ".join(found) or "not found"
            mark = "  " if right else "!!"
            needs = f" ({tampering.needs.value})" if tampering.needs.value.startswith("--") else ""
            print(f"{mark} {tampering.name} | {tampering.after.value} | {told}{needs}", flush=True)
    print(f"{len(every[part::of])} tamperings, {missed} not as expected")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *map(int, sys.argv[2:])))
