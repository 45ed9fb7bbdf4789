"""Judge the corpus with the real scorer, in a separate process; print the results as JSON.

``python -m tests.redteam.run '{"provider": "auto", "alone": false}'``: a process of its own can be
another user's, and can adopt whatever the scorer leaves behind.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evalpkg.scoring import Scorer, ScoringSettings
from tests.redteam import bait as baits
from tests.redteam import corpus

_PR_SET_CHILD_SUBREAPER = 36
_SETTLING_S = 1.0
ENGINE = "Name:\tpodman pause\n"
"""Holds the user's namespace; the first podman command of an ordinary user starts it, for good."""


def main(options: Mapping[str, Any]) -> dict[str, Any]:
    """Judge, in a child, and then look for what it left: processes, files, folders.

    Args:
        options: ``provider``; ``alone``: each program by itself; ``cases``: names, all if empty;
            ``workers``; ``extracted``: through the extraction instead of the source itself.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with baits.laid_out() as bait, tempfile.TemporaryFile("w+") as report:
        child = os.fork()
        if child == 0:
            _exit_with(lambda: print(json.dumps(_judge(options, bait)), file=report, flush=True))
        _, status = os.waitpid(child, 0)
        time.sleep(_SETTLING_S)
        report.seek(0)
        said = json.load(report) if status == 0 else {"failed": status}
        made = said.pop("made", ())
        return {
            **said,
            "folders": [folder for folder in made if Path(folder).exists()],
            "orphans": _orphans(),
            "marks": [str(path) for path in baits.markers(bait)],
            "secret": bait["@CANARY_SECRET@"],
        }


def _exit_with(work: Callable[[], None]) -> None:
    try:
        work()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    atexit._run_exitfuncs()  # what a command of ours would do at its end, too
    os._exit(0)


def _judge(options: Mapping[str, Any], bait: Mapping[str, str]) -> dict[str, Any]:
    folders = _record_folders()
    settings = ScoringSettings(
        sandbox_mode=options["provider"],
        timeout_s=2.0,
        compile_timeout_s=3.0,
        workers=options.get("workers", 2),
        cache=None,
    )
    scorer = Scorer(settings, list(corpus.tasks().values()))
    items, names = _items(options, bait)
    rows: list[dict[str, Any]] = []

    def note(position: int, verdict: Any, cached: bool) -> None:
        kind, detail = verdict.kind.value, verdict.detail
        rows.append({"name": names[position], "verdict": kind, "detail": detail, "cached": cached})

    def note_at(position: int) -> Callable[[int, Any, bool], None]:
        return lambda _, verdict, cached: note(position, verdict, cached)

    if options.get("alone"):
        for position, item in enumerate(items):
            scorer.judge([item], note_at(position))
    else:
        scorer.judge(items, note)
    scorer.close()
    return {"provider": scorer.provider.name, "asked": len(items), "rows": rows, "made": folders}


def _items(options: Mapping[str, Any], bait: Mapping[str, str]) -> tuple[list[Any], list[str]]:
    wanted = set(options.get("cases", ()))
    items, names = [], []
    for case in (*corpus.hostile(), *corpus.honest()):
        if wanted and case.name not in wanted:
            continue
        for copy in range(case.copies):
            if options.get("extracted"):
                from evalpkg.extraction import extract

                items.append((case.task, extract(case.task, case.completion(bait))))
            else:
                items.append((case.task, case.extraction(bait, copy)))
            names.append(case.name)
    return items, names


def _record_folders() -> list[str]:
    """Every temporary folder that is made from now on."""
    made: list[str] = []
    make = tempfile.mkdtemp

    def recording(*arguments: Any, **named: Any) -> str:
        made.append(make(*arguments, **named))
        return made[-1]

    tempfile.mkdtemp = recording  # type: ignore[assignment]
    return made


def _orphans() -> list[str]:
    """Running processes that were left to us; those that only wait to be collected have ended."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
            ours = f"\nPPid:\t{os.getpid()}\n" in text and "\nState:\tZ" not in text
            if ours and not text.startswith(ENGINE):
                found.append(f"{status}: {text.splitlines()[0]}")
        except OSError:
            continue  # it ended meanwhile
    return found


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
