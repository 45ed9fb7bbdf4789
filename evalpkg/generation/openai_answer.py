"""Reads the text from a server's choice, in each of the shapes that servers use."""

from __future__ import annotations

from typing import Any

from evalpkg.errors import EnvironmentUnfitError

_TEXT = ("text", "output_text")
_THOUGHTS = ("thinking", "reasoning", "reasoning_text", "redacted_thinking")


def text_of(choice: Any) -> str:
    """Return the answer's text: of a completion, of a message, or of a message's parts joined.

    Thoughts that the server keeps in parts of their own are left out. An answer without text, such
    as a refusal or a tool call, is empty. Unpaired surrogates, which no UTF-8 file can hold, become
    the replacement character.

    Raises:
        EnvironmentUnfitError: if the content has an unknown shape.
    """
    message = getattr(choice, "message", None)
    content = choice.text if message is None else message.content
    if isinstance(content, list):
        content = "".join(map(_part, content))
    if content is None:
        return ""
    if not isinstance(content, str):
        raise EnvironmentUnfitError(
            f"the server's answer is a {type(content).__name__} and not a text",
            "Check that the server speaks the chat completions API.",
        )
    return content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _part(part: Any) -> str:
    kind = part.get("type") if isinstance(part, dict) else getattr(part, "type", None)
    text = part.get("text") if isinstance(part, dict) else getattr(part, "text", None)
    if kind in _THOUGHTS:
        return ""
    if kind in _TEXT and isinstance(text, str):
        return text
    raise EnvironmentUnfitError(
        f"the server's answer has a part of the type {kind!r}, which is not text",
        "Ask the server for text alone.",
    )
