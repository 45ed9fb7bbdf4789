"""Named prompt templates: what a model is asked, as one user message."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from evalpkg.errors import ConfigError
from evalpkg.models import Task


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A task's prompt, then fixed instructions.

    Attributes:
        name: what users type.
        instructions: follow the prompt after a blank line; empty for none.
    """

    name: str
    instructions: str

    def render(self, task: Task) -> str:
        """The user message for ``task``."""
        if not self.instructions:
            return task.prompt
        return f"{task.prompt}\n\n{self.instructions}"

    @property
    def sha256(self) -> str:
        """Digest of everything in the message that does not come from the task."""
        return hashlib.sha256(self.render(Task("", "", "", "")).encode()).hexdigest()


_DEFAULT = """\
Complete the Rust function above.
1. Answer with this one function: its signature as given, and its whole body.
2. Write no main function, no tests, no usage examples and no comments.
3. The body must be finished: no `...`, no `todo!()`, no `unimplemented!()`.
4. Import everything that the body uses and that is not in the prelude.
5. Declare a variable `mut` if its value changes."""

TEMPLATES = {
    template.name: template
    for template in (PromptTemplate("default", _DEFAULT), PromptTemplate("bare", ""))
}


def get_template(name: str) -> PromptTemplate:
    """The template called ``name``.

    Raises:
        ConfigError: if there is none.
    """
    try:
        return TEMPLATES[name]
    except KeyError:
        raise ConfigError(
            f"there is no prompt template {name!r}", f"Choose one of: {', '.join(TEMPLATES)}."
        ) from None
