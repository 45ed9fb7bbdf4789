"""Takes the assistant's turn out of a text that holds marks of a chat template."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evalpkg.extraction.marks import find_bracketed, find_marks
from evalpkg.extraction.thoughts import without_thoughts
from evalpkg.patterns import lazy_pattern

_NAMES = "assistant|model|chatbot|ai|user|human|system|tool|ipython|developer|observation"
_BAR = "[|\uff5c]"
_ROLE_MARKS = (
    r"<\|im_start\|>\s*(?:(?:ROLE|(?P<part>think|answer))(?:<\|im_sep\|>|[^\S\n]*\n)?)?",
    r"<\|start_header_id\|>\s*ROLE\s*<\|end_header_id\|>",
    r"<\|header_start\|>\s*ROLE\s*<\|header_end\|>",
    r"<\|start_of_role\|>\s*ROLE[^<]*<\|end_of_role\|>",
    r"<start_of_turn>\s*ROLE\s",
    rf"<{_BAR}ROLE{_BAR}>",
    r"<\|ROLE_start\|>",
    r"(?:<\|start_of_turn_token\|>\s*)?<\|ROLE_token\|>",
    r"<\|turn>\s*ROLE\s",
    r"<\|begin\|>\s*ROLE\s*(?:<\|(?P<section>think|content|tool_calls)\|>)?",
    r"<\|start\|>\s*ROLE[^<]*(?:<\|message\|>)?",
    r"<(?:extra_id_[01]|special_1[01])>\s*ROLE\s*\n",
    r"<role>\s*ROLE\s*</role>",
    r"\[\|ROLE\|\]",
    r"\]~!?b\]\s*ROLE\s*\n",
)
"""Marks that open a turn; ``ROLE`` stands for the name of the one who speaks."""

_CHANNEL_MARK = r"""
    (?:<\|start\|>\s*\w+\s*)?<\|channel\|>\s*(?P<channel>\w+)
    [^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>
"""
_END_MARK = r"""
    <\|(?:im_end|eot_id|eom_id|end|end_of_text|endoftext|return|call|eos|eot|eom
       |(?:[a-z0-9]{1,12}[_:]){0,2}(?:end|eos)_?(?:of_?)?(?:turn|msg|message|response|solution|answer|prompt)
        (?:_token)?
       |(?:assistant|user|system|developer|role|turn|plamo)[_:](?:end|eos)
       )\|>
  | <end_of_turn> | <turn\|> | <eos> | <seed:eos> | <EOT> | <eod> | </longcat_s> | <special_12>
  | <[|\uff5c](?:end\u2581of\u2581sentence|hy_EOT|hy_place\u2581holder\u2581no\u25812)[|\uff5c]>
  | <\|?(?:file_sep|repo_?name|fim_\w+)\|?> | <\|(?:file_separator|endofblock|cursor)\|>
  | <(?:filename|gh_stars|commit_\w+|issue_\w+|jupyter_\w+|reponame|empty_output)>
  | <\uff5cfim\u2581\w+\uff5c>
  | (?:<(?:pad|unk|eom)>|<\|[\w:]{1,40}\|>|(?<![\w\])])\[(?:EOS|DONE)\]){1,16}\s*\Z
  | \[\|endofturn\|\] | \[e~\[ | \[unused10\]
"""
_NUMBERED = tuple(
    pattern.replace("ROLE", f"(?P<role{number}>{_NAMES})")
    for number, pattern in enumerate(_ROLE_MARKS)
)
_MARK = re.compile(
    "|".join(
        (
            _CHANNEL_MARK,
            *_NUMBERED,
            r"\[INST\](?P<instruction>)",
            r"\[/INST\](?P<response>)",
            f"(?P<end>{_END_MARK})",
        )
    ),
    re.VERBOSE | re.IGNORECASE,
)
_SIGNS = ("<", "[INST]", "[/INST]", "[|", "]~", "[e~[", "[unused", "[EOS]", "[DONE]")
_BEGINNINGS = lazy_pattern(
    r"\s*(?:<s>|<\|begin_of_text\|>|<bos>|<\|startoftext\|>|<\uff5cbegin\u2581of\u2581sentence\uff5c>)"
)
_INFILLING = lazy_pattern(r"\s*<(?:\|?fim_prefix\|?|PRE|\uff5cfim\u2581begin\uff5c)>")
_MIDDLE = lazy_pattern(r"<(?:\|?fim_middle\|?|MID|\uff5cfim\u2581end\uff5c)>")
"""Marks around what is to be filled in; the answer follows the last of them."""

_SECTION = lazy_pattern(
    r"^[ \t]*#{2,4}[ \t]*(?P<name>Instruction|Input|Response|Answer|Assistant|User|Human|System)s?"
    r"[ \t]*:?[ \t]*\n",
    re.MULTILINE | re.IGNORECASE,
)
_STOP = lazy_pattern(
    r"</s>|<s>|<(?:pad|unk|eop|sep)>|\[(?:EOS|EOT|STOP)\]|</(?P<tag>answer|final_answer|solution)>"
)
"""Marks that end an answer only if there is code before them, because prose may hold them too."""

_NAME = lazy_pattern(r"<(?P<name>[A-Za-z_]\w*)>")
_DIALOGUE = lazy_pattern(r"(?<=\n\n)(?:Human|User): ")
_ANSWERING = frozenset({"assistant", "model", "chatbot", "ai", "response", "answer"})
_ANSWER_CHANNELS = ("final", "content")


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
    if _INFILLING.match(text) is not None and (middle := _MIDDLE.search(text)) is not None:
        text = text[middle.end() :]
    if any(sign in text for sign in _SIGNS):
        marks = [mark for mark in find_bracketed(text, _MARK) if not _is_type(text, mark)]
        if marks:
            text = _choose(_turns(text, marks))
    if "###" in text or "## " in text:
        text = _after_template(text)
    if "Human: " in text or "User: " in text:
        text = _before_next_question(text)
    return _before_stop(text) if "<" in text or "[" in text else text


def _is_type(text: str, mark: re.Match[str]) -> bool:
    """Tell whether a mark such as ``<EOT>`` is an argument of a type: the code defines the name."""
    name = _NAME.fullmatch(mark[0])
    if name is None:
        return False
    kinds = r"\b(?:struct|enum|union|type|trait)\s+"
    defined = rf"{kinds}{name['name']}\b|(?:\bfn\s+\w+|\bimpl|{kinds}\w+){re.escape(mark[0])}"
    return re.search(defined, text) is not None


def _before_stop(text: str) -> str:
    """Return the text up to the mark at which the model meant to stop."""
    for mark in find_bracketed(text, _STOP):
        before, tag = text[: mark.start()], mark["tag"]
        if _is_type(text, mark) or (tag and f"<{tag}>" in text[mark.end() :]):
            continue
        if "fn " in before or "}" in before or not text[mark.end() :].strip():
            return before
    return text


def _turns(text: str, marks: list[re.Match[str]]) -> list[_Turn]:
    turns: list[_Turn] = []
    who, channel, start = "", "", 0
    for mark in marks:
        turns.append(_Turn(who, channel, text[start : mark.start()]))
        start = mark.end()
        roles = [mark["part"], *(mark[f"role{number}"] for number in range(len(_ROLE_MARKS)))]
        channel = (mark["channel"] or mark["section"] or "").lower()
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
        final = [turn.text for turn in turns if turn.channel in _ANSWER_CHANNELS]
        if final:
            return final[0]
        plain = [t.text for t in turns if not t.channel and t.who in ("", "assistant")]
        # A call of a tool has a channel of its own.
        plain += [t.text for t in turns if t.channel == "commentary" and t.text.startswith("{")]
        return next((said for said in plain if said.strip()), "")
    marked = any(turn.who == "answer" for turn in turns)
    answering = ("answer",) if marked else ("", *_ANSWERING)
    spoken = [turn.text for turn in turns if turn.who in answering and turn.text.strip()]
    # A turn of nothing but thoughts is not the answer, if another follows.
    return next((said for said in spoken if without_thoughts(said).strip()), "".join(spoken[:1]))


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
