"""Turns tasks into a model's token ids, and its answers into samples. Needs no weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from evalpkg.errors import ConfigError
from evalpkg.generation import tokens
from evalpkg.generation.base import Work
from evalpkg.generation.context import Context
from evalpkg.generation.decoding import Answer, Request
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.keys import sample_key
from evalpkg.generation.prompts import cut, get_template
from evalpkg.models import Role, Sample, SeenPrompt


@dataclass(frozen=True, slots=True)
class Reader:
    """A model's tokenizer with the settings that make its prompts.

    Attributes:
        settings: the settings of the run.
        tokenizer: makes prompts and reads answers.
        ends: tokens that end an answer.
        rows: rows of the model's embedding.
        context: limit on prompt and answer together; None if the model's config sets none.
        show: called with the prompts once they are made.
    """

    settings: GenerationSettings
    tokenizer: Any
    ends: frozenset[int]
    rows: int
    context: Context | None
    show: Callable[[Sequence[SeenPrompt]], None] = lambda _: None

    def requests(self, role: Role, work: Work) -> list[Request]:
        """Return a decoding request for each sample; those of a task stand side by side.

        Raises:
            ConfigError: if a prompt leaves no room in the model's context for the answer, or has a
                token that the model does not have.
        """
        template = get_template(self.settings.prompt_template)
        requests: list[Request] = []
        prompts: list[SeenPrompt] = []
        for task, indexes in work:
            message = template.render(task)
            ids = tokens.prompt_ids(self.tokenizer, message, raw=self.settings.raw_completion)
            tokens.require_rows(ids, self.rows, f"the prompt of task {task.task_id}")
            self._check_length(task.task_id, len(ids))
            text = tokens.text_of(self.tokenizer, ids)
            digest = tokens.ids_sha256(ids)
            prompts.append(SeenPrompt(role, task.task_id, digest, message, text, tuple(ids)))
            requests.extend(
                Request(task.task_id, i, tuple(ids), self._key(role, task.task_id, i))
                for i in indexes
            )
        self.show(prompts)
        return requests

    def sample(self, role: Role, answer: Answer) -> Sample:
        """Turn a decoded answer into a sample."""
        request = answer.request
        text = tokens.text_of(self.tokenizer, answer.ids)
        return Sample(
            role=role,
            task_id=request.task_id,
            index=request.index,
            completion=cut(text, self.settings.stop),
            finish_reason=answer.finish_reason,
            prompt_tokens=len(request.prompt),
            completion_tokens=answer.made,
            prompt_sha256=tokens.ids_sha256(request.prompt),
            completion_ids_sha256=tokens.ids_sha256(answer.ids),
        )

    def _key(self, role: Role, task_id: str, index: int) -> int:
        return sample_key(self.settings.seed, role, task_id, index)

    def _check_length(self, task_id: str, length: int) -> None:
        new = self.settings.max_new_tokens
        if self.context and length + new > self.context.tokens:
            raise ConfigError(
                f"the prompt of task {task_id} has {length} tokens; with {new} new ones it exceeds "
                f"{self.context.name}",
                "Lower --max-new-tokens.",
            )
