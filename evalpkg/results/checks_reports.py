"""Check of the reports: they say what the rows and metrics say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from evalpkg.errors import DataError
from evalpkg.results.evidence import Evidence
from evalpkg.results.report import Check, conclude

RenderReports = Callable[[Path], Mapping[Path, str]]
"""From a run's directory to the text of each of its markdown reports, by path."""


def check_reports(evidence: Evidence, render_reports: RenderReports) -> Check:
    """Each markdown report comes out again, character for character.

    Raises:
        DataError: if what they are made from is missing or malformed.
    """
    root = evidence.layout.root
    rebuilt = render_reports(root)
    problems = []
    for path, text in rebuilt.items():
        name = path.relative_to(root).as_posix()
        try:
            found = path.read_bytes().decode("utf-8").splitlines()
        except OSError:
            problems.append(f"{name}: missing")
            continue
        except UnicodeDecodeError as error:
            raise DataError(f"{path}: not UTF-8 ({error})") from error
        expected = text.splitlines()
        for number, (line, wanted) in enumerate(zip(found, expected, strict=False), start=1):
            if line != wanted:
                problems.append(f"{name}, line {number}: {line!r:.120}, expected {wanted!r:.120}")
        if len(found) != len(expected):
            problems.append(f"{name}: {len(found)} lines, expected {len(expected)}")
    return conclude("reports", problems, f"{len(rebuilt)} rebuilt from the rows")
