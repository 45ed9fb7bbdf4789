"""Requests to one model of one server: neutral sampling, refused parameters, waiting."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from evalpkg.errors import ConfigError, EvalError
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.openai_answer import require_answers
from evalpkg.generation.openai_client import connect, explained, place

NEUTRAL: Mapping[str, float] = {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}
"""Sent with every request: a server may otherwise take values from a file beside the weights."""

_REFUSABLE = (*NEUTRAL, "seed", "stop", "n", "top_p", "temperature")
_TOO_LONG = re.compile(r"context.?(length|window)|too long|too large|reduce the length", re.I)
_PARAMETER = re.compile(r"parameter|argument|field|tokens|temperature", re.I)
_LONGEST_PAUSE_S = 30.0


class TaskRefusedError(EvalError):
    """The server refuses this request but would take others; the prompt may be too long."""


class Sender:
    """Sends requests to one model of one server.

    Args:
        settings: how to sample, and how long to wait.
        model: the server's name for the model.
        address: address of the server; empty for the client's default.
        enough: set when nobody waits for answers any more.
        status: called with one line when a wait begins.

    Attributes:
        dropped: parameters that the server refuses, each with the server's message.
    """

    def __init__(
        self,
        settings: GenerationSettings,
        model: str,
        address: str,
        enough: threading.Event,
        status: Callable[[str], None],
    ) -> None:
        self.client = connect(settings, address)
        self.model = model
        self.address = address
        self.dropped: dict[str, str] = {}
        self._settings = settings
        self._enough = enough
        self._status = status
        self._answered = False
        self._length = "max_tokens"

    def ask(self, prompt: str, choices: int, seed: int) -> Any:
        """Send the prompt, and return the server's reply.

        A parameter that the server refuses is left out, in this request and in later ones.

        Args:
            prompt: the message, or the bare text to continue.
            choices: number of answers wanted.
            seed: seed of the request.

        Raises:
            TaskRefusedError: if this prompt is refused.
            ConfigError: if the server does not know the model, or does not speak OpenAI's protocol.
            EnvironmentUnfitError: if it cannot be reached, refuses the key, or keeps failing.
        """
        import openai

        without: dict[str, str] = {}
        length = self._length
        while True:
            body = self._body(prompt, choices, seed, length, without)
            try:
                reply = self._patiently(body)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if length == "max_tokens" and _wants_newer_name(error):
                    length = "max_completion_tokens"
                elif refused := _refused(error, body):
                    without |= dict.fromkeys(refused, _words(error))
                else:
                    told = f"{self._place} refuses the request: {_words(error)}"
                    raise TaskRefusedError(told) from error
            else:
                # A parameter is left out for good only when a request without it has succeeded.
                self._length, self._answered = length, True
                self.dropped |= without
                return reply

    def check(self) -> None:
        """Ask the server whether it knows the model, before anything is generated.

        Raises:
            ConfigError: if it does not, or the model is of another kind; the models that it lists
                are named.
            EnvironmentUnfitError: if the server cannot be reached or refuses the key.
        """
        import openai

        once = self.client.with_options(max_retries=0, timeout=30.0)
        listed: list[str] = []
        try:
            listed = [model.id for model in _read(once.models.list)]
        except openai.APIStatusError:
            pass  # some servers have no list
        except (openai.OpenAIError, ValueError, AttributeError, TypeError) as error:
            if isinstance(error, openai.APIConnectionError):
                raise explained(error, self._settings, self.model, self.address) from error
        if self.model in listed:
            return
        try:
            self._create({"model": self.model, **self._asked("Hello"), self._length: 1}, once)
        except openai.NotFoundError as error:
            names = f"It lists: {', '.join(listed[:20])}." if listed else "It lists none."
            raise ConfigError(
                f"{self._place} does not know the model {self.model!r}: {_words(error)}", names
            ) from error
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise explained(error, self._settings, self.model, self.address) from error
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            if _blames_model(error):
                raise ConfigError(
                    f"{self._place} refuses the model {self.model!r}: {_words(error)}",
                    "Use a name that the server's /models lists, of a model that can chat or, with "
                    "--raw-completion, continue a text.",
                ) from error
        except (openai.OpenAIError, ValueError):
            pass  # the first sample's request will show it, and it can wait

    @property
    def _place(self) -> str:
        return place(self.address)

    def _asked(self, prompt: str) -> dict[str, Any]:
        if self._settings.raw_completion:
            return {"prompt": prompt}
        return {"messages": [{"role": "user", "content": prompt}]}

    def _body(
        self, prompt: str, choices: int, seed: int, length: str, without: Mapping[str, str]
    ) -> dict[str, Any]:
        settings = self._settings
        body: dict[str, Any] = {
            "model": self.model,
            **self._asked(prompt),
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "seed": seed,
            length: settings.max_new_tokens,
        }
        if choices > 1:
            body["n"] = choices
        if settings.stop:
            body["stop"] = list(settings.stop)
        extra = {**NEUTRAL, **({"top_k": settings.top_k} if settings.top_k else {})}
        for name in (*self.dropped, *without):
            body.pop(name, None)
            extra.pop(name, None)
        given = json.loads(settings.openai_extra_body or "{}")
        return body | {"extra_body": extra | given}

    def _patiently(self, body: dict[str, Any]) -> Any:
        """Send a request; if the server has answered before, wait while it does not."""
        import openai

        deadline = time.monotonic() + self._settings.openai_patience
        pause = 1.0
        while True:
            try:
                return self._create(body, self.client)
            except (openai.BadRequestError, openai.UnprocessableEntityError):
                raise
            except (openai.OpenAIError, ValueError) as error:
                passing = isinstance(
                    error,
                    (
                        openai.APIConnectionError,
                        openai.InternalServerError,
                        openai.RateLimitError,
                        ValueError,
                    ),
                )
                if not (passing and self._answered and time.monotonic() + pause < deadline):
                    raise explained(error, self._settings, self.model, self.address) from error
                if pause == 1.0:
                    self._status(
                        f"{self._place} does not answer any more ({_words(error)}); waiting up to "
                        f"{self._settings.openai_patience:.0f} s for it to come back"
                    )
            if self._enough.wait(pause):
                raise TaskRefusedError("nobody waits for the answer any more")
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def _create(self, body: dict[str, Any], client: Any) -> Any:
        to = client.completions if self._settings.raw_completion else client.chat.completions
        reply = _read(to.create, **body)
        require_answers(reply)
        return reply


def _read(request: Callable[..., Any], **body: Any) -> Any:
    """Send a request and return its reply.

    Raises:
        ValueError: if the reply is nested so deeply that it cannot be read.
    """
    try:
        return request(**body)
    except RecursionError as error:
        raise ValueError("its JSON is nested too deeply") from error


def _blames_model(error: Any) -> bool:
    """Tell whether the server refuses a short request for its model, and not for a parameter."""
    text = _all_words(error)
    return bool(re.search(r"\bmodel\b", text, re.I) and not _PARAMETER.search(text))


def _wants_newer_name(error: Any) -> bool:
    text = _all_words(error)
    return "max_completion_tokens" in text and not _TOO_LONG.search(text)


def _refused(error: Any, body: Mapping[str, Any]) -> list[str]:
    """Return the parameters that the server's message names as the reason."""
    sent = [name for name in _REFUSABLE if name in body or name in body["extra_body"]]
    text = _all_words(error)
    if getattr(error, "param", None) in sent:
        return [error.param]
    if _TOO_LONG.search(text):
        return []
    named = {name for name in sent if re.search(rf"['\"`]{name}['\"`]", text)}
    named |= {name for name in sent if len(name) > 1 and re.search(rf"\b{name}\b", text)}
    return sorted(named)


def _words(error: Exception) -> str:
    """Return the server's message, in one line."""
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    return " ".join(str(message or _all_words(error)).split())[:300]


def _all_words(error: Any) -> str:
    """Return the client's message with the reply, which the client does not always quote."""
    reply = getattr(error, "response", None)
    text = str(error)
    return text if reply is None or reply.text[:50] in text else f"{text}: {reply.text[:2000]}"
