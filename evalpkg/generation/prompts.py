"""Prompt templates: they turn a task into one user message, or into bare text to continue.

Beside our own template there is one for each published set, so that our numbers can be compared
with published ones. ``docs/generation.md`` says where each template comes from.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from evalpkg.errors import require_choice
from evalpkg.models import Task

_COMMENT = re.compile(
    r"/\*+(?P<block>.*?)\*+/|^[ \t]*//[/!]?(?P<line>[^\n]*)$", re.DOTALL | re.MULTILINE
)
_BUG = re.compile(r"// This version of `\w+` has a bug:\n(?P<code>(?://[^\n]*\n)+)// Fixed:\n")


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A text with placeholders for parts of a task.

    Attributes:
        name: the name that users type.
        text: ``<prompt>`` stands for the task's prompt, ``<test>`` and ``<name>`` for its tests and
            entry point, the other names for what ``_places`` makes of the prompt.
        stripped: whether white space at both ends is removed.
    """

    name: str
    text: str
    stripped: bool = False

    def render(self, task: Task) -> str:
        """Return the message for ``task``."""
        places = _places(task)
        text = re.sub("|".join(places), lambda found: places[found[0]], self.text)
        return text.strip() if self.stripped else text

    @property
    def sha256(self) -> str:
        """Digest of the template's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def _places(task: Task) -> dict[str, str]:
    """Return what each placeholder stands for."""
    head, comment = head_of(task), comment_of(task)
    lines = [line.strip() for line in comment.splitlines() if line.strip()]
    if all(line.startswith("*") for line in lines[1:]):  # a border, and no list
        lines = [line.removeprefix("*").strip() for line in lines]
    bug = _BUG.search(task.prompt)
    code = re.sub(r"^// ?", "", bug["code"], flags=re.MULTILINE) if bug else ""
    return {
        "<prompt>": task.prompt,
        "<test>": task.test,
        "<name>": task.entry_point,
        "<signature>": head.rstrip("{ \n").removeprefix("fn "),
        # McEval's instructions have a brace that is joined to the type, and no other.
        "<head>": head if re.search(r"\S\{$", head) else head.rstrip("{ \n"),
        "<docstring>": comment,
        "<comment>": "\n".join(filter(None, lines)),
        "<prefix>": _BUG.sub("", task.prompt),
        "<buggy>": f"{task.prompt[: bug.start()]}{code}" if bug else task.prompt,
    }


def head_of(task: Task) -> str:
    """Return the head of the task's function, such as ``fn larger(a: i32, b: i32) -> i32 {``."""
    heads = re.findall(r"\bfn\s+[^{]+\{?", task.prompt)
    named = [one for one in heads if re.match(rf"fn\s+{re.escape(task.entry_point)}\b", one)]
    found: list[str] = named or heads or [f"fn {task.entry_point}"]
    return found[-1]


def comment_of(task: Task) -> str:
    """Return the text of the comments above the task's function, without comment signs.

    Comments in functions that stand before it belong to these. If there are none above it, the
    prompt's other comments are taken.
    """
    above = task.prompt[task.prompt.rfind("\n}") + 1 :]
    found = list(_COMMENT.finditer(above)) or list(_COMMENT.finditer(task.prompt))
    return "\n".join(one["line"] if one["block"] is None else one["block"] for one in found).strip()


_DEFAULT = """\
<prompt>

Complete the Rust function above.
1. Answer with this one function: its signature as given, and its whole body.
2. Write no main function, no tests, no usage examples and no comments.
3. The body must be finished: no `...`, no `todo!()`, no `unimplemented!()`.
4. Import everything that the body uses and that is not in the prelude.
5. Declare a variable `mut` if its value changes."""

_MULTIPL_E = """\
I will give you the prefix of an incomplete program that you must complete. In your response, do \
not alter the prefix but repeat it exactly, and when you complete the program just complete the \
incomplete function. Do not write additional functions, tests, or usage examples.

You MUST return a full program with the prefix verbatim and the completion.

The programming language is Rust. The prefix:

<prompt>"""

_WRITE = "Write a Rust function `<{}>` to solve the following problem:\n<{}>"

TEMPLATES = {
    template.name: template
    for template in (
        PromptTemplate("default", _DEFAULT),
        PromptTemplate("bare", "<prompt>"),
        PromptTemplate("multipl-e", _MULTIPL_E),
        PromptTemplate(
            "humanevalpack", f"{_WRITE.format('signature', 'comment')}\n\n<prompt>", stripped=True
        ),
        PromptTemplate(
            "humanevalpack-fix", "<buggy><test>\nFix bugs in <name>.\n\n<prefix>", stripped=True
        ),
        PromptTemplate("humaneval-x", "// language: Rust\n<prompt>"),
        PromptTemplate("mceval", _WRITE.format("head", "docstring")),
    )
}


def get_template(name: str) -> PromptTemplate:
    """Return the template called ``name``.

    Raises:
        ConfigError: if there is none.
    """
    require_choice(name, TEMPLATES, f"there is no prompt template {name!r}")
    return TEMPLATES[name]


def message_sha256(message: str, *, raw: bool) -> str:
    """Digest a prompt as it is sent to a server: as bare text, or as one user message."""
    sent = message if raw else [{"role": "user", "content": message}]
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()


def cut(text: str, stops: tuple[str, ...]) -> str:
    """Return ``text`` up to the first of ``stops`` in it."""
    places = [place for stop in stops if (place := text.find(stop)) >= 0]
    return text[: min(places, default=len(text))]
