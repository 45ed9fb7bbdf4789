"""Removes a model's thoughts from its answer: a draft in them is not the answer."""

from __future__ import annotations

import re

from evalpkg.extraction.marks import find_bracketed, find_marks
from evalpkg.patterns import lazy_pattern

_WORDS = (
    r"think(?:ing)?|thoughts?|reason(?:ing)?|reflect(?:ion)?|scratch_?pad|analysis|cot|rationale"
    r"|ponder(?:ing)?|step_by_step"
)
_TOOLS = r"(?:tool|function)_(?:response|output|result)s?|observation"
"""Names of tags around what a tool said, which is no answer either."""
_NAME = rf"(?:{_WORDS}|thought_process|chain_of_thought|monologue|deliberation)"
_TAG_NAME = (
    rf"(?:{_TOOLS}|(?:(?:[^\W_]+[:_-]+)*|ant)(?:{_WORDS}|monologue|deliberation"
    r"|brainstorm(?:ing)?|draft|plan(?:ning)?)(?:[_-](?:process|steps?|mode|block|pad|content))?)"
)
"""The name of a tag, with what makers of models put before or behind it (``seed:think``)."""
_TAG = re.compile(
    rf"""
      (?:<\|?|\[)(?P<word>begin|start|end)(?:_of)?[ _]{_NAME}(?:\|?>|\])
    | <\|?{_NAME}_(?P<word2>begin|start|end)\|?>
    | <(?P<close1>\\?/|\\)?\s*{_TAG_NAME}(?:\s[^<>\n]*)?>
    | \[(?P<close2>/?)\s*{_NAME}\s*\]
    | ◁(?P<close3>/?)\s*{_NAME}\s*▷
    | <[|\uff5c](?P<close4>/?)\s*{_TAG_NAME}[|\uff5c]>
    | (?:<\|channel>|<unused94>)(?P<open>thought)\b
    | <\|inner_(?:prefix|(?P<close6>suffix))\|>
    | (?P<close5><channel\|>|<unused95>|\[unused17\])
    | \[unused16\]
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ESCAPED = lazy_pattern(rf"(?:&lt;|\\<)(/?{_TAG_NAME})(?:&gt;|\\>)", re.IGNORECASE)
"""A tag as a page or Markdown escapes it."""

_FIELD = lazy_pattern(_TAG_NAME, re.IGNORECASE)
_SIGNS = ("<", "[", "◁")
_FOLDED = lazy_pattern(
    r"\s*<details\b[^<>]*+>\s*+<summary>(?P<summary>[^<]*+)</summary>.*?(?:</details>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
"""Thoughts that a chat's page has folded away, at the beginning of the answer."""

_SUMMARY = lazy_pattern(r"\b(?:thought|thinking|reasoning)\b", re.IGNORECASE)
_FENCE = lazy_pattern(
    rf"^[ \t]*(?P<mark>`{{3,}}|~{{3,}})[ \t]*[{{.]*{_TAG_NAME}(?![\w-])[^`\n]*$",
    re.MULTILINE | re.IGNORECASE,
)
_COMMENT = lazy_pattern(r"<!--.*?(?:-->|\Z)", re.DOTALL)
"""A comment of HTML, which a page does not show."""

_STRIPPED_CHANNEL = lazy_pattern(r"\s*analysis(?=[A-Z\"'`*<(\[])")
_STRIPPED_FINAL = "assistantfinal"
_HERE = r"here(?:['\u2019]s|[ ]is)[ ]my[ ]"
_SPOKEN = lazy_pattern(
    rf"\s*(?:{_HERE}(?:thought|thinking)[ ]process:|Thinking\.\.\.\n)", re.IGNORECASE
)
_SPOKEN_END = lazy_pattern(
    rf"^[ \t]*(?:{_HERE}response:|\.\.\.done[ ]thinking\.)", re.IGNORECASE | re.MULTILINE
)
"""Granite's thoughts, and those that Ollama prints: words open and close them."""

_HEADED = lazy_pattern(
    r"\s*(?:\#{1,6}[ \t]*|\*{1,3})(?:my[ ])?(?:thinking|reasoning|thoughts?|thought[ ]process"
    r"|chain[ ]of[ ]thought|scratchpad|draft)[ \t]*[:.…]*\**[ \t]*:?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_HEADED_END = lazy_pattern(
    r"^[ \t]*(?:\#{1,6}[ \t]*|\*{1,3})(?:my[ ])?(?:(?:final[ ])?"
    r"(?:answer|response|solution|code|output)"
    r"|done[ ]thinking)[ \t]*[:.]*\**[ \t]*:?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""Headings that open thoughts at the beginning, and close them."""


_OPENING = lazy_pattern(
    r"""\s*(?:okay|ok|alright|all\ right|hmm+|right|so|well|got\ it|let\ me|let's|we\ (?:need|have)
        |i\ (?:need|have|should)|first,?\ (?:i|let|we)|the\ (?:user|task|problem|question)
        |to\ solve)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_SELF_TALK = lazy_pattern(
    r"""\b(?:[Ww]ait\b[,.]|[Hh]mm+\b|[Ll]et\ me\ (?:think|check|see|re|try|consider|start|write)
        |[Aa]ctually,|[Mm]aybe\ I\b|I\ should\b|I\ need\ to\b|[Ll]et's\ see\b|[Bb]ut\ (?:what|how)
        |I\ think\b|I\ wonder\b|[Aa]lternatively,|I'm\ not\ sure)""",
    re.VERBOSE,
)
_MUCH_SELF_TALK = 3
_ENDS = tuple(".!?:)}]`*\"'|")


def without_thoughts(text: str) -> str:
    """Return ``text`` without thoughts, whatever their tags are.

    If the opening tag stood in the prompt, the text begins with thoughts. If there is no closing
    tag, it ends with them. A tag in a string of the program does not count. Fenced blocks that have
    the name of such a tag for a language are thoughts, too, and so are comments of HTML.
    """
    return _without_comments(_without_fenced(_without_tags(text)))


def _without_tags(text: str) -> str:
    stripped = _STRIPPED_CHANNEL.match(text)
    if stripped is not None or _STRIPPED_FINAL in text:
        before, final, answer = text.rpartition(_STRIPPED_FINAL)
        if final and (stripped is not None or not before.strip() or before[-1:] != " "):
            return answer
        if stripped is not None:
            return ""
    if _SPOKEN.match(text) is not None:
        answers = find_marks(text, _SPOKEN_END)
        if answers:
            return text[answers[-1].end() :]
        if _is_cut(text):
            return ""
    if _HEADED.match(text) is not None:
        answers = find_marks(text, _HEADED_END)
        if answers and ("fn " in text[answers[-1].end() :] or "}" in text[answers[-1].end() :]):
            return text[answers[-1].end() :]
    if _ESCAPED.match(text.lstrip()) is not None:
        text = _ESCAPED.sub(r"\n<\1>", text)
    folded = _FOLDED.match(text) if "<details" in text else None
    if folded is not None and _SUMMARY.search(folded["summary"]):
        text = text[folded.end() :]
    tags = find_bracketed(text, _TAG) if any(sign in text for sign in _SIGNS) else []
    if tags:
        return _without_tagged(text, tags)
    return "" if _is_unfinished_thought(text) else text


def names_thoughts(field: str) -> bool:
    """Tell whether a field of a JSON answer holds thoughts, by its name."""
    return _FIELD.fullmatch(field.strip()) is not None


def _without_tagged(text: str, tags: list[re.Match[str]]) -> str:
    closing = [tag for tag in tags if _closes(tag)]
    first_opening = next((n for n, tag in enumerate(tags) if not _closes(tag)), len(tags))
    if closing and tags[0] is closing[0]:
        return _after_the_prompts_tag(text, tags, first_opening)
    kept: list[str] = []
    position, depth, start = 0, 0, 0
    for number, tag in enumerate(tags):
        if _closes(tag):
            if depth == 0:
                continue  # the text only mentions the tag
            last = not any(map(_closes, tags[number + 1 :]))
            depth = 0 if last else depth - 1
            if depth == 0:
                position = tag.end()
        elif depth or _begins(text, tag, position) or any(map(_closes, tags[number + 1 :])):
            if depth == 0:
                start = tag.start()
                kept.append(text[position:start])
            depth += 1
    if depth == 0:
        kept.append(text[position:])
    return "".join(kept)


def _after_the_prompts_tag(text: str, tags: list[re.Match[str]], first_opening: int) -> str:
    """Return the answer after thoughts that began in the prompt.

    They end at the last closing tag that stands before the next opening tag and has code after it;
    if none has, at the first closing tag.
    """
    closing = [tag for tag in tags[:first_opening] if _closes(tag)]
    for number in range(len(closing) - 1, -1, -1):
        answer = text[closing[number].end() :]
        if number == 0 or "fn " in answer or "{" in answer or "}" in answer or "```" in answer:
            later = tags[first_opening:]
            if not later:
                return answer
            return _without_tags(answer)
    return ""


def _without_fenced(text: str) -> str:
    if "```" not in text and "~~~" not in text:
        return text
    kept: list[str] = []
    position = 0
    for opening in find_marks(text, _FENCE):
        if opening.start() >= position:
            kept.append(text[position : opening.start()])
            position = _end_of_fenced(text, opening)
    return "".join([*kept, text[position:]])


def _end_of_fenced(text: str, opening: re.Match[str]) -> int:
    """Return the offset after the block; a block of code inside it belongs to it.

    If the blocks inside are not closed, the first closing fence ends it, or else the text.
    """
    mark = opening["mark"]
    line = re.compile(rf"^[ \t]*{mark}{mark[0]}*(?P<info>[^`\n]*)$", re.MULTILINE)
    depth, first = 1, len(text)
    for fence in line.finditer(text, opening.end()):
        if fence["info"].strip():
            depth += 1
            continue
        depth -= 1
        first = min(first, fence.end())
        if depth == 0:
            return fence.end()
    return first


def _without_comments(text: str) -> str:
    if "<!--" not in text:
        return text
    kept: list[str] = []
    position = 0
    for comment in find_marks(text, _COMMENT):
        if comment[0].endswith("-->") or _begins(text, comment, position):
            kept.append(text[position : comment.start()])
            position = comment.end()
    return "".join([*kept, text[position:]])


def _closes(tag: re.Match[str]) -> bool:
    word = tag["word"] or tag["word2"]
    if word is not None:
        return word.lower() == "end"
    return any(tag[f"close{number}"] for number in range(1, 7))


def _begins(text: str, tag: re.Match[str], position: int) -> bool:
    """Tell whether an opening tag begins a line, or directly follows another thought's end."""
    line = max(position, text.rfind("\n", 0, tag.start()) + 1)
    return not text[line : tag.start()].strip()


def _is_unfinished_thought(text: str) -> bool:
    """Tell whether a text without tags is a thought that was cut off.

    If the prompt opened the thoughts, the model writes no tag until it has finished them. All three
    signs must hold: the first words, talk to itself, and an end in the middle of a sentence or
    block.
    """
    if _OPENING.match(text) is None:
        return False
    if sum(1 for _ in _SELF_TALK.finditer(text)) < _MUCH_SELF_TALK:
        return False
    return _is_cut(text)


def _is_cut(text: str) -> bool:
    """Tell whether a text ends in the middle of a sentence or block."""
    fences = sum(line.lstrip().startswith("```") for line in text.split("\n"))
    return fences % 2 == 1 or not text.rstrip().endswith(_ENDS)
