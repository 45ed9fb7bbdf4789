"""Reads a server's reply, in each of the shapes that servers use."""

from __future__ import annotations

from typing import Any

from evalpkg.errors import EnvironmentUnfitError

_MOST_TOKENS = 2**53
_LONGEST_REASON = 100
_TEXT = ("text", "output_text")
_NO_TEXT = (
    *("thinking", "reasoning", "reasoning_text", "redacted_thinking"),
    *("refusal", "tool_use", "tool_call", "function_call"),
)


class FailedReplyError(ValueError):
    """A server reports success, and its reply says that it failed."""


def require_answers(reply: Any) -> None:
    """Refuse a reply that holds no answer, or one that the server says it could not finish.

    Servers that pass requests on report success before they know of it. Their reply, or one of its
    choices, then holds an error.

    Raises:
        FailedReplyError: if the server says that it failed, or sends no choice.
        ValueError: if this is no reply of a server that speaks OpenAI's protocol.
    """
    choices = getattr(reply, "choices", None)
    if not choices and (error := getattr(reply, "error", None)):
        raise FailedReplyError(_words(error))
    if not hasattr(reply, "model_dump") or not isinstance(choices or [], list):
        raise ValueError(f"it sent {str(reply)[:40]!r}")
    if not choices:
        raise FailedReplyError("it sent no choice")
    for choice in choices:
        if getattr(choice, "finish_reason", None) == "error":
            raise FailedReplyError(_words(getattr(choice, "error", None)))
        message = getattr(choice, "message", None)
        if not hasattr(message, "content") and not hasattr(choice, "text"):
            raise ValueError(f"it sent the choice {str(choice)[:40]!r}")


def counted(usage: Any, name: str) -> int:
    """Return a number of tokens; 0 if the server tells none, or one that cannot be."""
    value = getattr(usage, name, None)
    return int(value) if isinstance(value, (int, float)) and 0 < value < _MOST_TOKENS else 0


def finish_of(choice: Any) -> str:
    """Return why the answer ended; empty if the server does not say."""
    reason = getattr(choice, "finish_reason", None)
    return writable(reason)[:_LONGEST_REASON] if isinstance(reason, str) else ""


def text_of(choice: Any) -> str:
    """Return the answer's text: of a completion, of a message, or of a message's parts joined.

    Thoughts that the server keeps in parts of their own are left out. An answer without text, such
    as a refusal or a call of a tool, is empty. Unpaired surrogates, which no UTF-8 file can hold,
    become the replacement character.

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
    return writable(content)


def writable(text: str) -> str:
    """Put the replacement character for unpaired surrogates, which no UTF-8 file can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    kind = part.get("type") if isinstance(part, dict) else getattr(part, "type", None)
    text = part.get("text") if isinstance(part, dict) else getattr(part, "text", None)
    if kind in _NO_TEXT or (kind in _TEXT and text is None):
        return ""
    if (kind is None or kind in _TEXT) and isinstance(text, str):
        return text
    raise EnvironmentUnfitError(
        f"the server's answer has a part of the type {kind!r}, which is not text",
        "Ask the server for text alone.",
    )


def _words(error: Any) -> str:
    """Return the message of an error in a reply."""
    message = error.get("message") if isinstance(error, dict) else error
    return str(message or error or "the server does not say why")[:300]
