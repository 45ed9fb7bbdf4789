"""Removes what surrounds an answer before it is read: marks of encodings and of chat templates."""

from __future__ import annotations

_TURN_ENDS = (
    "<|im_end|>",
    "<|im_start|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end|>",
    "<|end_of_text|>",
    "<|endoftext|>",
    "<end_of_turn>",
)
_THOUGHT_END = "</think>"


def clean(completion: str) -> str:
    """The answer without byte order mark, carriage returns, thoughts and end-of-turn marks.

    rustc reads CRLF as LF itself, also inside strings, so nothing changes in what a program means.
    """
    text = completion
    if not text.isascii():
        text = text.removeprefix("\ufeff")
        # Half a surrogate pair can come out of JSON; it can be neither parsed nor written.
        text = text.encode("utf-8", "replace").decode("utf-8")
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if _THOUGHT_END in text:
        text = text.rpartition(_THOUGHT_END)[2]
    elif text.lstrip().startswith("<think>"):
        return ""
    if "<|" in text or "<end_of_turn>" in text:
        for mark in _TURN_ENDS:
            text = text.partition(mark)[0]
    # `</s>` ends a turn too, but is also HTML that a program may write.
    if text.rstrip().endswith("</s>"):
        text = text.rstrip().removesuffix("</s>")
    return text
