"""Check of the prompts: one per task and model, as stored, and made from the task."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from evalpkg.errors import ConfigError
from evalpkg.generation import LOADING, TEMPLATES, get_template, ids_sha256, message_sha256
from evalpkg.models import Role, SeenPrompt, Task
from evalpkg.store import PROMPT, PromptKey
from evalpkg.verify.check import Check, conclude
from evalpkg.verify.checks_rows import place
from evalpkg.verify.files import Evidence, with_releases


def check_prompts(evidence: Evidence) -> Check:
    """Check that all samples of a task and model were made from one prompt, the stored one.

    The stored prompt must have the digest that the samples name, and hold the message that the
    template makes from the task. Its tokens or message must give that digest. Only the tokenizer
    can tell whether the tokens spell the text; ``--regenerate`` checks that.
    """
    problems: list[str] = []
    seen: dict[PromptKey, str] = {}
    for (mode, role), rows in evidence.rows.items():
        for row in rows:
            first = seen.setdefault((role, row.task_id), row.prompt_sha256)
            if row.prompt_sha256 != first:
                problems.append(
                    f"{place(mode, role, row)}: prompt {row.prompt_sha256 or '(none)'}, expected "
                    f"{first or '(none)'} as in the task's first row"
                )
    named = {key: digest for key, digest in seen.items() if digest}
    if not evidence.layout.prompts.exists():
        if named and _were_shown(evidence):
            problems.append(f"{evidence.layout.prompts.name}: missing, and the rows name prompts")
        return conclude("prompts", problems, "one prompt per task and model")
    stored = list(PROMPT.read(evidence.layout.prompts))
    problems += _file_problems(evidence, stored, named)
    tasks = {task.task_id: task for task in evidence.tasks}
    for prompt in stored:
        if prompt.task_id in tasks:
            where = f"prompts.jsonl, {prompt.role.value} {prompt.task_id}"
            found = _problems_of(evidence, prompt, tasks[prompt.task_id])
            problems += [f"{where}: {text}" for text in found]
    problems += _differing_models(evidence, named)
    check = conclude("prompts", problems, f"{len(stored)}, one per task and model")
    return with_releases(check, evidence)


def _differing_models(evidence: Evidence, named: Mapping[PromptKey, str]) -> Iterator[str]:
    """List tasks whose prompts differ between the models, where both have the same tokenizer."""
    arguments = evidence.metadata.arguments
    own = arguments.get("own_tokenizers") or arguments.get("finetuned_template", "base") != "base"
    if own or arguments.get("backend") not in LOADING:
        return
    for (role, task_id), digest in named.items():
        base = named.get((Role.BASE, task_id), digest)
        if role is not Role.BASE and digest != base:
            yield f"{task_id}: the {role.in_words} model's prompt {digest}, the base model's {base}"


def _were_shown(evidence: Evidence) -> bool:
    """Tell whether a backend that shows its prompts wrote the samples."""
    told = evidence.metadata.generation
    every = [told] if "backend" in told else [one for one in told.values() if one]
    names = [one.get("backend") for one in every if isinstance(one, Mapping)]
    return any(name not in (None, "replay") for name in names)


def _file_problems(
    evidence: Evidence, stored: list[SeenPrompt], named: Mapping[PromptKey, str]
) -> Iterator[str]:
    """List prompts that are missing, superfluous, out of order, or not those of the samples."""
    path = evidence.layout.prompts
    if b"".join(PROMPT.line(one).encode() for one in stored) != path.read_bytes():
        yield f"{path.name}: not in canonical form"
    places = {task.task_id: number for number, task in enumerate(evidence.tasks)}
    roles = list(Role)
    keys = [prompt.key for prompt in stored]
    if len(set(keys)) != len(keys):
        yield f"{path.name}: two prompts of one task and model"
    if keys != sorted(keys, key=lambda key: (roles.index(key[0]), places.get(key[1], -1))):
        yield f"{path.name}: not ordered by model, then task"
    digests = {prompt.key: prompt.sha256 for prompt in stored}
    for role, task_id in digests.keys() - named.keys():
        yield f"{path.name}: {role.value} {task_id}: no sample was made from this prompt"
    for key, digest in named.items():
        if digests.get(key) != digest:
            yield (
                f"{path.name}: {key[0].value} {key[1]}: prompt {digests.get(key) or '(none)'}, "
                f"expected {digest} as the rows name"
            )


def _problems_of(evidence: Evidence, prompt: SeenPrompt, task: Task) -> Iterator[str]:
    """List the parts of a stored prompt that do not follow from its task and its tokens."""
    arguments = evidence.metadata.arguments
    raw = bool(arguments.get("raw_completion"))
    digest = ids_sha256(prompt.ids) if prompt.ids else message_sha256(prompt.message, raw=raw)
    if digest != prompt.sha256:
        yield f"sha256 is {prompt.sha256}, expected {digest}"
    if not prompt.ids and prompt.text != prompt.message:
        yield "its text is not the message that was sent"
    if _letters(prompt.message) not in _letters(prompt.text):
        yield "its text does not hold its message"
    try:
        expected = get_template(evidence.metadata.prompt.template).render(task)
    except ConfigError as error:
        yield f"its template is none of {', '.join(TEMPLATES)} ({error.cause})"
        return
    if prompt.message != expected:
        yield (
            f"its message is not what the template {evidence.metadata.prompt.template!r} makes "
            "of the task"
        )


def _letters(text: str) -> str:
    """Normalise parts of a text that tokenizers change: white space, and forms of a character."""
    return "".join(unicodedata.normalize("NFKC", text).split())
