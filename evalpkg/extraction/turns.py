"""Takes the assistant's turn out of a text that holds marks of a chat template."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evalpkg.extraction.marks import find_marks

_NAMES = "assistant|model|user|human|system|tool|ipython|developer"
_ROLES = rf"(?P<{{}}>{_NAMES})"
_BAR = "[|\uff5c]"
_MARK = re.compile(
    rf"""
      <\|im_start\|>\s*(?:(?P<role1>{_NAMES}|think|answer)(?:<\|im_sep\|>|[^\S\n]*\n)?)?
    | <\|start_header_id\|>\s*{_ROLES.format("role2")}\s*<\|end_header_id\|>
    | <\|start_of_role\|>\s*{_ROLES.format("role3")}[^<]*<\|end_of_role\|>
    | <start_of_turn>\s*{_ROLES.format("role4")}\s
    | <{_BAR}{_ROLES.format("role5")}{_BAR}>
    | <\|turn>\s*{_ROLES.format("role6")}\s
    | (?:<\|start\|>\s*\w+\s*)?<\|channel\|>\s*(?P<channel>\w+)
      [^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>
    | <\|start\|>\s*{_ROLES.format("role7")}[^<]*(?:<\|message\|>)?
    | <extra_id_[01]>\s*{_ROLES.format("role8")}\s*\n
    | \[INST\](?P<instruction>)
    | \[/INST\](?P<response>)
    | (?P<end><\|(?:im_end|eot_id|eom_id|end|end_of_text|endoftext|return|call
        |end_of_turn|eos|eot)\|>
      | <end_of_turn> | <turn\|> | <eos>
      | <\uff5cend\u2581of\u2581sentence\uff5c> | <\|fim_pad\|> | <\|?file_sep\|?>
      | <\|endofblock\|>)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BEGINNINGS = re.compile(
    r"\s*(?:<s>|<\|begin_of_text\|>|<bos>|<\|startoftext\|>|<\uff5cbegin\u2581of\u2581sentence\uff5c>)"
)
_SECTION = re.compile(
    r"^[ \t]*#{2,4}[ \t]*(?P<name>Instruction|Input|Response|Answer|Assistant|User|Human|System)s?"
    r"[ \t]*:?[ \t]*\n",
    re.MULTILINE | re.IGNORECASE,
)
_DIALOGUE = re.compile(r"(?<=\n\n)(?:Human|User): ")
_ANSWERING = frozenset({"assistant", "model", "response", "answer"})


@dataclass(frozen=True, slots=True)
class _Turn:
    """A part of the text; ``who`` is empty for the part before any mark."""

    who: str
    channel: str
    text: str


def answer_turn(text: str) -> str:
    """Return the assistant's first turn, without the marks around it.

    If the turn has channels (Harmony), the final channel is the answer. A text without marks is the
    answer. A mark in a string of the program does not count.
    """
    beginning = _BEGINNINGS.match(text)
    if beginning is not None:
        text = text[beginning.end() :]
    if "<" in text or "[INST]" in text or "[/INST]" in text:
        marks = find_marks(text, _MARK)
        if marks:
            text = _choose(_turns(text, marks))
    if "###" in text or "## " in text:
        text = _after_template(text)
    if "Human: " in text or "User: " in text:
        text = _before_next_question(text)
    # `</s>` ends a turn too, but is also HTML that a program may write.
    if text.rstrip().endswith("</s>"):
        text = text.rstrip().removesuffix("</s>")
    return text


def _turns(text: str, marks: list[re.Match[str]]) -> list[_Turn]:
    turns: list[_Turn] = []
    who, channel, start = "", "", 0
    for mark in marks:
        turns.append(_Turn(who, channel, text[start : mark.start()]))
        start = mark.end()
        roles = [mark[f"role{number}"] for number in range(1, 9)]
        channel = (mark["channel"] or "").lower()
        if mark["end"] is not None:
            who = "nobody"
        elif mark["instruction"] is not None:
            who = "user"
        else:
            who = next((role.lower() for role in roles if role), "assistant")
    turns.append(_Turn(who, channel, text[start:]))
    return turns


def _choose(turns: list[_Turn]) -> str:
    if any(turn.channel for turn in turns):
        final = [turn.text for turn in turns if turn.channel == "final"]
        if final:
            return final[0]
        plain = [t.text for t in turns if not t.channel and t.who in ("", "assistant")]
        return next((said for said in plain if said.strip()), "")
    marked = any(turn.who == "answer" for turn in turns)
    answering = ("answer",) if marked else ("", *_ANSWERING)
    spoken = [turn.text for turn in turns if turn.who in answering]
    return next((said for said in spoken if said.strip()), "")


def _before_next_question(text: str) -> str:
    """Return the answer alone, if a model goes on with what it is asked next."""
    asked = find_marks(text, _DIALOGUE)
    if not asked:
        return text
    answer = text[: asked[0].start()]
    return answer if "fn " in answer or "}" in answer else text


def _after_template(text: str) -> str:
    """Return the answer in a text with the headings of an instruction template."""
    sections = find_marks(text, _SECTION)
    asking = [mark for mark in sections if mark["name"].lower() not in _ANSWERING]
    if not asking:
        return text
    start = 0
    if not text[: asking[0].start()].strip():
        answers = [m for m in sections if m["name"].lower() in _ANSWERING]
        if not answers:
            return text
        start = answers[0].end()
    later = [mark.start() for mark in asking if mark.start() > start]
    return text[start : later[0]] if later else text[start:]
