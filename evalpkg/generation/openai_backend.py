"""Completions from any server that speaks OpenAI's chat completions."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.metadata import version
from typing import Any

from evalpkg.addresses import without_userinfo
from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.generation.base import Listener, Work
from evalpkg.generation.keys import request_seed, sample_key
from evalpkg.generation.openai_client import connect, explained
from evalpkg.generation.prompts import get_template
from evalpkg.generation.provenance import Generated, ModelUsed
from evalpkg.generation.settings import GenerationSettings
from evalpkg.models import Role, Sample, Task


class OpenAIBackend:
    """Requests in parallel, each with the seed of its sample; retries are the client's.

    Whether the seed makes a sample reproducible is up to the server.

    Raises:
        ConfigError: if no key is set for a server that needs one, or the address is malformed.
        EnvironmentUnfitError: if the client is not installed.
    """

    def __init__(self, settings: GenerationSettings, listener: Listener) -> None:
        self._settings = settings
        self._template = get_template(settings.prompt_template)
        self._on_tokens = listener.tokens
        self._models = {
            Role.BASE: settings.openai_base_model,
            Role.FINETUNED: settings.openai_finetuned_model,
        }
        self._client = connect(settings)
        self._lock = threading.Lock()
        self._seen: dict[str, set[str]] = {"model": set(), "system_fingerprint": set()}
        self._choices = settings.openai_choices
        self._length_name = "max_tokens"

    def generate(self, role: Role, work: Work) -> Iterator[Sample]:
        """Yield the samples in the order the server answers.

        Raises:
            ConfigError: if the server does not know the model or refuses the request.
            EnvironmentUnfitError: if it cannot be reached, refuses the key, or keeps failing.
        """
        if not self._models[role]:
            raise ConfigError(
                f"the openai backend has no name for the {role.value} model",
                f"Set openai_{role.value}_model to the name that the server lists.",
            )
        size = self._settings.openai_choices
        pool = ThreadPoolExecutor(max_workers=self._settings.openai_concurrency)
        try:
            answers = [
                pool.submit(self._complete, role, task, indexes[start : start + size])
                for task, indexes in work
                for start in range(0, len(indexes), size)
            ]
            for answer in as_completed(answers):
                yield from answer.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def provenance(self) -> Generated:
        """Say what was asked of which server, and what it said of itself. Never the key."""
        settings = self._settings
        with self._lock:
            said = {name: sorted(values) for name, values in self._seen.items()}
        return Generated(
            "openai",
            {role: ModelUsed(name) for role, name in self._models.items() if name},
            sampling={
                "temperature": settings.temperature,
                "top_p": settings.top_p,
                "top_k": settings.top_k,
                "max_new_tokens": settings.max_new_tokens,
                "seed": settings.seed,
                "choices_per_request": settings.openai_choices,
            },
            prompt_template={"name": self._template.name, "sha256": self._template.sha256},
            libraries={"openai": version("openai")},
            details={
                "endpoint": without_userinfo(str(self._client.base_url)),
                "server_said": said,
            },
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _complete(self, role: Role, task: Task, indexes: Sequence[int]) -> list[Sample]:
        """Samples for ``indexes``, asking again for as many as the server left out."""
        messages = [{"role": "user", "content": self._template.render(task)}]
        digest = hashlib.sha256(json.dumps(messages, sort_keys=True).encode()).hexdigest()
        samples: list[Sample] = []
        while len(samples) < len(indexes):
            missing = indexes[len(samples) :]
            key = sample_key(self._settings.seed, role, task.task_id, missing[0])
            wanted = min(len(missing), self._choices)
            answer = self._ask(role, messages, wanted, request_seed(key))
            choices = answer.choices[:wanted] if answer.choices else []
            if not choices:
                raise EnvironmentUnfitError(f"the server sent no choice for task {task.task_id}")
            if len(choices) < wanted:
                self._choices = 1  # this server ignores `n`
            usage = answer.usage
            used = usage.completion_tokens if usage else 0
            self._on_tokens(used)
            samples.extend(
                Sample(
                    role=role,
                    task_id=task.task_id,
                    index=index,
                    completion=choice.message.content or "",
                    finish_reason=choice.finish_reason or "",
                    prompt_tokens=usage.prompt_tokens if usage else 0,
                    # The server counts all choices together.
                    completion_tokens=used if len(answer.choices) == 1 else 0,
                    prompt_sha256=digest,
                )
                for index, choice in zip(missing, choices, strict=False)
            )
        return samples

    def _ask(self, role: Role, messages: list[dict[str, str]], choices: int, seed: int) -> Any:
        import openai

        settings = self._settings
        request: dict[str, Any] = {
            "model": self._models[role],
            "messages": messages,
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "seed": seed,
        }
        if choices > 1:
            request["n"] = choices
        if settings.top_k:
            request["extra_body"] = {"top_k": settings.top_k}
        try:
            try:
                limit = {self._length_name: settings.max_new_tokens}
                answer = self._client.chat.completions.create(**request, **limit)
            except openai.BadRequestError as error:
                if "max_completion_tokens" not in str(error):
                    raise
                self._length_name = "max_completion_tokens"  # OpenAI's newer models
                limit = {self._length_name: settings.max_new_tokens}
                answer = self._client.chat.completions.create(**request, **limit)
            if isinstance(answer, str):
                raise ValueError(f"it sent {answer[:40]!r}")
        except (openai.OpenAIError, ValueError) as error:
            raise explained(error, settings, self._models[role]) from error
        with self._lock:
            for name, values in self._seen.items():
                if value := getattr(answer, name, None):
                    values.add(value)
        return answer
