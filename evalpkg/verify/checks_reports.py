"""Check of the reports: they agree with the rows and metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from evalpkg.digests import sha256_hex
from evalpkg.errors import DataError
from evalpkg.reporting import page
from evalpkg.store import write_atomic
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.files import Evidence, with_releases

RenderReports = Callable[[Path], Mapping[Path, str]]
"""A function from a run's directory to the text of each of its reports, by path."""


def check_reports(
    evidence: Evidence, render_reports: RenderReports, rebuild_to: Path | None = None
) -> Check:
    """Build each report again, and compare it character for character.

    Two parts of ``report.html`` come from libraries. Its samples are compared unpacked, and its
    figures by element and with rounded coordinates. If another release of the drawing library made
    the figures, they are only searched for foreign elements, and reported as not compared. Style
    and scripts must be those of this evalpkg, because every reader of the page runs them.

    Args:
        evidence: the run.
        render_reports: a function that makes the reports again.
        rebuild_to: file for the page that is made here, to be read instead of the run's page.

    Raises:
        DataError: if a file that they are made from is missing or malformed.
        EnvironmentUnfitError: if ``rebuild_to`` cannot be written.
    """
    root = evidence.layout.root
    rebuilt = render_reports(root)
    problems: list[str] = []
    left_out: list[str] = []
    for path, text in rebuilt.items():
        name = path.relative_to(root).as_posix()
        if path == evidence.layout.html and rebuild_to is not None:
            write_atomic(rebuild_to, text)
            left_out.append(f"{name}: read {rebuild_to} in its place, which was made here")
            continue
        try:
            told = path.read_bytes().decode("utf-8")
        except OSError:
            problems.append(f"{name}: missing")
            continue
        except UnicodeDecodeError as error:
            raise DataError(f"{path}: not UTF-8 ({error})") from error
        if path == evidence.layout.html:
            dress = list(_foreign_dress(told, text))
            problems += [f"{name}: {one}" for one in dress]
            problems += [f"{name}: {one}" for one in page.foreign_drawing(told)]
            told, text = page.undressed(told), page.undressed(text)
            told = page.repacked(told, text)
            there, here = _artist(evidence), version(page.ARTIST)
            if there == here:
                told, text = page.rounded(told), page.rounded(text)
            else:
                left_out.append(
                    f"{name}: the lines of its figures: {page.ARTIST} {there or '?'} drew them, "
                    f"here is {here}"
                )
                told, text = page.undrawn(told), page.undrawn(text)
        problems += _line_by_line(name, told.splitlines(), text.splitlines())
    check = conclude("reports", problems, f"{len(rebuilt)} rebuilt from the rows", left_out)
    return with_releases(check, evidence)


def _line_by_line(name: str, found: list[str], expected: list[str]) -> Iterator[str]:
    for number, (line, wanted) in enumerate(zip(found, expected, strict=False), start=1):
        if line != wanted:
            was, now = _where_they_part(line, wanted)
            yield f"{name}, line {number}: {was!r}, expected {now!r}"
    if len(found) != len(expected):
        yield f"{name}: {len(found)} lines, expected {len(expected)}"


def _foreign_dress(found: str, expected: str) -> Iterator[str]:
    """List style and scripts of a page that are not those of this evalpkg."""
    ours = set(page.dress(expected))
    for part in page.dress(found):
        if part not in ours:
            kind = "script" if part.startswith("<script") else "style"
            yield (
                f"its {kind} (sha256 {sha256_hex(part)[:12]}) is not this evalpkg's: do not open "
                "the page; --rebuild-to FILE makes one from the rows"
            )


def _artist(evidence: Evidence) -> str:
    """Return the release of the library that drew the figures, from the metadata."""
    for requirement in evidence.metadata.environment.pip_freeze:
        name, _, version = requirement.partition("==")
        if name.lower() == page.ARTIST:
            return version
    return ""


def _where_they_part(one: str, other: str) -> tuple[str, str]:
    """Cut both texts to the part around their first difference that fits a message."""
    pairs = enumerate(zip(one, other, strict=False))
    place = next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
    start = max(0, place - 40)
    return one[start : start + 120], other[start : start + 120]
