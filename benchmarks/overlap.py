"""Wall time of a run that judges during generation, and of one that judges afterwards.

Both kinds alternate, each in a process and an output directory of its own, without the verdict
cache. The embedded model generates on the CPUs, where judging takes time from generating::

    python -m benchmarks.overlap --tasks 4 --samples 16 --repeats 2
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHILD = """
import sys
from evalpkg.pipeline import overlap
if sys.argv.pop(1) == "afterwards":
    overlap.TOGETHER, overlap.PATIENCE_S = 10**9, 1e6
from evalpkg.cli import main
main()
"""


def measure(kind: str, tasks: int, samples: int, tokens: int) -> dict[str, float]:
    """Seconds of one run, and from its last sample to its end."""
    with tempfile.TemporaryDirectory() as folder:
        options = [
            *("run", "--base-model", "embedded", "--checkpoint-path", "embedded"),
            *("--limit", str(tasks), "--num-samples", str(samples), "--k-values", "1"),
            *("--max-new-tokens", str(tokens), "--no-cache", "--noninteractive"),
            *("--output-dir", folder),
        ]
        started = time.time()
        done = subprocess.run(
            [sys.executable, "-c", CHILD, kind, *options],
            capture_output=True,
            text=True,
            check=True,
        )
        ended = time.time()
        last = (Path(folder) / "work/samples.jsonl").stat().st_mtime
        verdicts = (Path(folder) / "work/verdicts.jsonl").stat().st_mtime
        for line in done.stderr.splitlines():
            if "of the first" in line or "cut off" in line:
                print(f"  {line}", file=sys.stderr)
    return {"seconds": ended - started, "last sample to last verdict": verdicts - last}


def main() -> None:
    """Print one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=4)
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=96)
    parser.add_argument("--repeats", type=int, default=2)
    chosen = parser.parse_args()
    for _ in range(chosen.repeats):
        for kind in ("beside", "afterwards"):
            found = measure(kind, chosen.tasks, chosen.samples, chosen.tokens)
            told = {name: round(value, 1) for name, value in found.items()}
            print(json.dumps({"judging": kind, **told}), flush=True)


if __name__ == "__main__":
    main()
