"""Check of the reports: they say what the rows and metrics say."""

from __future__ import annotations

import base64
import gzip
import re
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from evalpkg.errors import DataError
from evalpkg.evidence.tool import this_tool
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.files import Evidence
from evalpkg.verify.recheck import with_releases

RenderReports = Callable[[Path], Mapping[Path, str]]
"""From a run's directory to the text of each of its reports, by path."""

_FIGURE = re.compile(
    r'<svg [^>]{0,200}?class="figure" role="(?:img|group)" aria-label="([^"]*)">'
    r"(?:[^<]|<(?!svg))*?</svg>"
)
_DRESS = re.compile(
    r'<meta http-equiv="Content-Security-Policy"[^>]*>'
    r"|<style>[^<]*</style>"
    r'|<script type="module">(?:[^<]|<(?!/?script))*</script>'
)
_PACKED = re.compile(r'(?<=<script type="application/gzip" )(id="[^"]*">)([\w+/=]*)')


def check_reports(evidence: Evidence, render_reports: RenderReports) -> Check:
    """Each report comes out again, character for character.

    Of ``report.html`` that is what it says: its figures' lines and the compression of its samples
    are those of the libraries that made it, so the one is left out and the other undone. Its style
    and scripts are compared where this evalpkg, unchanged, is the one that made it.

    Raises:
        DataError: if what they are made from is missing or malformed.
    """
    root = evidence.layout.root
    rebuilt = render_reports(root)
    tool = evidence.metadata.tool
    at_home = tool == this_tool() and not tool.dirty
    problems = []
    for path, text in rebuilt.items():
        name = path.relative_to(root).as_posix()
        try:
            told = path.read_bytes().decode("utf-8")
        except OSError:
            problems.append(f"{name}: missing")
            continue
        except UnicodeDecodeError as error:
            raise DataError(f"{path}: not UTF-8 ({error})") from error
        pair = _undrawn(_repacked(told, text)), _undrawn(text)
        found, expected = ((one if at_home else _DRESS.sub("", one)).splitlines() for one in pair)
        for number, (line, wanted) in enumerate(zip(found, expected, strict=False), start=1):
            if line != wanted:
                was, now = _where_they_part(line, wanted)
                problems.append(f"{name}, line {number}: {was!r}, expected {now!r}")
        if len(found) != len(expected):
            problems.append(f"{name}: {len(found)} lines, expected {len(expected)}")
    apart = "" if at_home else "; style and scripts are another evalpkg's, and not compared"
    check = conclude("reports", problems, f"{len(rebuilt)} rebuilt from the rows{apart}")
    return with_releases(check, evidence)


def _where_they_part(one: str, other: str) -> tuple[str, str]:
    """Both from shortly before their first difference, as much as fits a message."""
    pairs = enumerate(zip(one, other, strict=False))
    place = next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
    start = max(0, place - 40)
    return one[start : start + 120], other[start : start + 120]


def _undrawn(report: str) -> str:
    """Figures by their descriptions: each release of the library draws its own lines."""
    return _FIGURE.sub(r"<figure: \1>", report)


def _repacked(report: str, expected: str) -> str:
    """``report`` with the chunks of ``expected`` for those that hold the same, packed otherwise."""
    packed: dict[str, str] = dict(_PACKED.findall(expected))

    def ours(chunk: re.Match[str]) -> str:
        wanted = packed.get(chunk[1], "")
        return chunk[1] + (wanted if _hold_the_same(chunk[2], wanted) else chunk[2])

    return _PACKED.sub(ours, report)


def _hold_the_same(found: str, wanted: str) -> bool:
    """Tell whether two chunks unpack to the same bytes.

    The found chunk may be hostile, so no more of it is unpacked than the wanted one holds.
    """
    if found == wanted:
        return True
    content = gzip.decompress(base64.b64decode(wanted))
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        same = unpacker.decompress(base64.b64decode(found), len(content) + 1) == content
    except (ValueError, zlib.error):
        return False
    return same and unpacker.eof and not unpacker.unused_data
