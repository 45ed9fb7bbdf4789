"""Removes the surroundings of an answer before it is read: encoding, chat template, thoughts."""

from __future__ import annotations

from evalpkg.extraction.thoughts import without_thoughts
from evalpkg.extraction.trace import Trace
from evalpkg.extraction.turns import answer_turn

_UNSEEN = "\ufeff\u200b\u2060\u00a0"
"""Byte order mark, spaces without width, and the space that does not break: before an answer."""


def clean(completion: str, trace: Trace) -> str:
    """Return the answer without byte order mark, carriage returns, template marks and thoughts.

    rustc itself reads CRLF as LF, also inside strings, so the program's meaning does not change.
    """
    text = completion
    if not text.isascii():
        text = text.lstrip(_UNSEEN)
        # JSON can hold half a surrogate pair, which can be neither parsed nor written.
        text = text.encode("utf-8", "replace").decode("utf-8")
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\n" not in text:  # the line ends of an old Macintosh
            text = text.replace("\r", "\n")
    turn = answer_turn(text)
    if turn != text:
        trace.add("chat template", f"{len(turn):,} of {len(text):,} characters are the answer")
    answer = without_thoughts(turn)
    if answer != turn:
        trace.add("thoughts", f"{len(turn) - len(answer):,} characters left out")
    return answer
