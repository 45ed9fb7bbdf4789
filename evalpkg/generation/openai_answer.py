"""What a server's choice says, in whichever shape the server puts it."""

from __future__ import annotations

from typing import Any

from evalpkg.errors import EnvironmentUnfitError

_TEXT = ("text", "output_text")
_THOUGHTS = ("thinking", "reasoning", "reasoning_text", "redacted_thinking")


def text_of(choice: Any) -> str:
    """The answer's text: of a completion, of a message, or of a message's parts joined.

    Thoughts that the server keeps apart are not part of the answer. An answer without text (a
    refusal, a call of a tool) is empty. Halves of surrogate pairs, which no file can hold, become
    the replacement character.

    Raises:
        EnvironmentUnfitError: if the content has a shape that is not known.
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
            "Is the server one of chat completions?",
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
