"""The content of a request."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator


class JudgeRequest(BaseModel):
    """Completions of one task.

    Attributes:
        task_id: a task of the set that the service was started with.
        prompt, tests: a task of one's own in place of ``task_id``, if the service allows that.
        entry_point: the function that the tests call; by default the prompt's last one.
        crates: versions of the crates that such a task needs, by name; the service was started
            with the folder of their sources.
        completions: the model's answers.
    """

    model_config = ConfigDict(extra="forbid")

    task_id: str = ""
    prompt: str = ""
    tests: str = ""
    entry_point: str = ""
    crates: dict[str, str] = {}
    completions: list[str] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_one_task(self) -> JudgeRequest:
        if bool(self.task_id) == bool(self.prompt and self.tests):
            raise ValueError("name either 'task_id', or 'prompt' and 'tests'")
        return self
