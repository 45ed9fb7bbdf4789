"""Completions from any server that speaks OpenAI's chat completions, or its older completions."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from evalpkg.addresses import without_userinfo
from evalpkg.errors import ConfigError
from evalpkg.generation.base import Listener, Work
from evalpkg.generation.crew import outcomes
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.keys import request_seed, sample_key
from evalpkg.generation.openai_answer import counted, finish_of, text_of, writable
from evalpkg.generation.openai_client import in_flight
from evalpkg.generation.openai_sender import NEUTRAL, Sender, TaskRefusedError
from evalpkg.generation.prompts import cut, get_template, message_sha256
from evalpkg.generation.provenance import Generated, ModelUsed
from evalpkg.models import Role, Sample, SeenPrompt, Task

_HOPELESS = 3
"""If so many tasks are refused and none is answered, the fault is the request's, not the tasks'."""

Job = tuple[Task, Sequence[int]]


class OpenAIBackend:
    """Sends requests in parallel, each with the seed of its sample.

    Only the server can make a sample reproducible from its seed.

    Raises:
        ConfigError: if no key is set for a server that needs one, or an address is malformed.
        EnvironmentUnfitError: if the client is not installed.
    """

    def __init__(self, settings: GenerationSettings, listener: Listener) -> None:
        self._settings = settings
        self._template = get_template(settings.prompt_template)
        self._listener = listener
        self._enough = threading.Event()
        base = settings.openai_base_url
        named = {
            Role.BASE: (settings.openai_base_model, base),
            Role.FINETUNED: (
                settings.openai_finetuned_model,
                settings.openai_finetuned_base_url or base,
            ),
        }
        self._senders = {
            role: Sender(settings, model, address, self._enough, listener.status)
            for role, (model, address) in named.items()
            if model
        }
        self._width = in_flight(settings, (sender.address for sender in self._senders.values()))
        self._checked = False
        self._lock = threading.Lock()
        self._seen: dict[str, dict[Role, set[str]]] = {"model": {}, "system_fingerprint": {}}
        self._refused: dict[tuple[Role, str], str] = {}
        self._choices = settings.openai_choices

    def generate(self, role: Role, work: Work) -> Iterator[Sample]:
        """Yield the samples in the order the server answers.

        A task that the server refuses is named and left out. The other tasks go on.

        Raises:
            ConfigError: if the server does not know the model or refuses every request.
            EnvironmentUnfitError: if it cannot be reached, refuses the key, or keeps failing.
        """
        if role not in self._senders:
            raise ConfigError(
                f"the openai backend has no name for the {role.in_words} model",
                f"Set openai_{role.value}_model to the name that the server lists.",
            )
        if not self._checked:
            for sender in self._senders.values():
                sender.check()
            self._checked = True
        size = self._settings.openai_choices
        jobs: list[Job] = [
            (task, indexes[start : start + size])
            for task, indexes in work
            for start in range(0, len(indexes), size)
        ]
        self._enough.clear()
        answered = False
        for (task, _), outcome in outcomes(
            jobs, lambda job: self._complete(role, *job), self._width, self._enough
        ):
            if isinstance(outcome, TaskRefusedError):
                self._refuse(role, task, outcome, hopeless=not answered)
            elif isinstance(outcome, Exception):
                raise outcome
            else:
                answered = answered or bool(outcome)
                yield from outcome
        if jobs and not answered:
            words = next(iter(self._refused.values()))
            raise ConfigError(f"every request was refused: {words}")

    def _refuse(self, role: Role, task: Task, error: TaskRefusedError, *, hopeless: bool) -> None:
        """Leave the task out and say so; raise if the server refuses every task.

        Raises:
            ConfigError: if no task was answered and several were refused.
        """
        first = (role, task.task_id) not in self._refused
        self._refused[role, task.task_id] = error.cause
        if hopeless and len(self._refused) >= _HOPELESS:
            raise ConfigError(error.cause, f"Task {task.task_id} was not the first to be refused.")
        if first:
            self._listener.status(f"task {task.task_id} is left out: {error.cause}")

    def provenance(self) -> Generated:
        """Return what was asked of which server, and what it says of itself; never the key."""
        settings = self._settings
        with self._lock:
            said = {
                name: sorted(set().union(*values.values())) for name, values in self._seen.items()
            }
        return Generated(
            "openai",
            {role: ModelUsed(sender.model) for role, sender in self._senders.items()},
            sampling={
                "temperature": settings.temperature,
                "top_p": settings.top_p,
                **NEUTRAL,
                **settings.limits(),
                "choices_per_request": settings.openai_choices,
            },
            prompt_template={"name": self._template.name, "sha256": self._template.sha256},
            libraries={"openai": version("openai")},
            details={
                "endpoint": self._endpoints(),
                "mode": "completions" if settings.raw_completion else "chat completions",
                "extra_body": json.loads(settings.openai_extra_body or "{}"),
                "refused_parameters": self._dropped(),
                "server_said": said,
            },
            speed={"requests_in_flight": self._width},
            notes=tuple(self._notes()),
        )

    def close(self) -> None:
        """Close the connections."""
        self._enough.set()
        for sender in self._senders.values():
            sender.client.close()

    def _endpoints(self) -> str | dict[str, str]:
        """Return the server's address, or one address per model where there are two."""
        places = {
            role.value: without_userinfo(str(sender.client.base_url))
            for role, sender in self._senders.items()
        }
        distinct = set(places.values())
        return distinct.pop() if len(distinct) == 1 else places

    def _dropped(self) -> dict[str, list[str]]:
        return {role.value: sorted(sender.dropped) for role, sender in self._senders.items()}

    def _notes(self) -> Iterator[str]:
        for role, sender in self._senders.items():
            for name, words in sorted(sender.dropped.items()):
                yield (
                    f"The server refuses the parameter {name} for the {role.in_words} model, so "
                    f"its own value applies: {words}"
                )
        for role in self._senders:
            tasks = [task for owner, task in self._refused if owner is role]
            if tasks:
                why = next(words for (owner, _), words in self._refused.items() if owner is role)
                yield (
                    f"The server refused {len(tasks)} tasks to the {role.in_words} model; they "
                    f"have no samples: {', '.join(tasks[:10])}. {why}"
                )
        models = self._seen["model"]
        if len(models) == len(Role) and models[Role.BASE] == models[Role.FINETUNED]:
            names = {sender.model for sender in self._senders.values()}
            if len(names) > 1:
                told = ", ".join(sorted(models[Role.BASE]))
                yield f"The server says that one and the same model answered for both: {told}."

    def _complete(self, role: Role, task: Task, indexes: Sequence[int]) -> list[Sample]:
        """Return the samples for ``indexes``; ask again for those that the server left out."""
        sender = self._senders[role]
        prompt = self._template.render(task)
        digest = message_sha256(prompt, raw=self._settings.raw_completion)
        self._listener.prompts([SeenPrompt(role, task.task_id, digest, prompt, prompt)])
        samples: list[Sample] = []
        while len(samples) < len(indexes):
            if words := self._refused.get((role, task.task_id)):
                raise TaskRefusedError(words)
            missing = indexes[len(samples) :]
            key = sample_key(self._settings.seed, role, task.task_id, missing[0])
            wanted = min(len(missing), self._choices)
            reply = sender.ask(prompt, wanted, request_seed(key))
            choices = reply.choices[:wanted]
            if len(choices) < wanted:
                self._choices = 1  # this server ignores `n`
            self._hear(role, reply)
            samples += [
                self._sample(
                    Sample(role, task.task_id, index, "", prompt_sha256=digest), one, reply
                )
                for index, one in zip(missing, choices, strict=False)
            ]
        return samples

    def _sample(self, asked: Sample, choice: Any, reply: Any) -> Sample:
        usage = getattr(reply, "usage", None)
        used = counted(usage, "completion_tokens")
        text = text_of(choice)
        return replace(
            asked,
            completion=cut(text, self._settings.stop),
            finish_reason=finish_of(choice),
            prompt_tokens=counted(usage, "prompt_tokens"),
            # With several choices the server sends only their sum.
            completion_tokens=used if len(reply.choices) == 1 else 0,
        )

    def _hear(self, role: Role, reply: Any) -> None:
        """Note the model and fingerprint that the server names, and count its tokens."""
        if tokens := counted(getattr(reply, "usage", None), "completion_tokens"):
            self._listener.tokens(tokens)
        with self._lock:
            for name, values in self._seen.items():
                if value := getattr(reply, name, None):
                    values.setdefault(role, set()).add(writable(str(value)))
