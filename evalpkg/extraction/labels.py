"""Reads the words before a definition: do they call it the answer, or the original, or wrong?"""

from __future__ import annotations

import re

from evalpkg.patterns import lazy_pattern

_CODE = "code|version|function|implementation|attempt|approach|snippet|logic|one"
_FLAW = "bug|mistake|error|problem|flaw"
_MEANT_FIRST = lazy_pattern(
    rf"""(?:^|[.;,:!?\u2013\u2014-]\s*)\W*(?:please\s+)?(?:use|try|do|write)\b(?!\s+not\b|n't)
      |\b(?:so|(?<!\bis\ )here|thus|hence|instead)\W*$
      |^\W*(?:sorry|oops|wait|hmm+|ah|apologies|my\ (?:bad|mistake))\b
      |\babove\ (?:{_CODE}|solution)\ (?:is|was|has|had|does|did|fails|panics|contains|will|would)
      |\b(?:{_CODE}|solution|{_FLAW})\ above\b(?!\ was\W*$)
      |\bhere(?:'s|\ is)\ your\ (?:code|function|implementation|solution)\W*$
      |\b(?:version|implementation|rewrite|variant|modification|patch)\ of\ (?:the|your)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words that correct the code before them, or order to use the code after them."""

_QUOTED_FIRST = lazy_pattern(
    r"""^\W*before(?:\ (?:the|my|this|that|any)\ \w+)?\W*$
      |^\W*(?:was|from|not(?:\ this)?|don't|given|input|unlike\ this)\W*$
      |\bwithout\ the\ (?:fix|check|change|correction)\b
      |\bnot\ to\ (?:do|write|implement)\b
      |\b(?:do\ not|don't|never|avoid|(?:should|must)(?:\ not|n't))
       (?:\ (?:use|\w+(?:\ \w+){0,2}\ (?:this|that|these|as\ follows|like)\b)|\ (?:do|write)\W*$)
      |\b(?:is|are|was|be)(?:\ not|n't)\ (?:quite\ )?(?:right|correct|valid|fixed)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words that call the code wrong though some of them praise."""

_MEANT = lazy_pattern(
    rf"""\b(?:fix(?:e[sd])?|correct(?:ed|s|ion|ly)?|final|improv\w+|updat\w+|new|better|answer
        |solution|optimi[sz]\w+|working|revis\w+|rewrit\w+|refactor\w+|complete[d]?
        |should\ (?:be|look|read)|modified|patch(?:ed)?|fill(?:ed|s)?|removed
        |(?:so|thus|hence|therefore),?\ (?:i|we|use|here|it)|replace\w*|becomes
        |instead\ of\ the\ above|unlike|(?:to\ )?avoids?|no\ longer
        |never\ (?:panics|fails|overflows)
        |(?:does|do|can|will|would)(?:\ ?not|n't)\ (?:panic|fail|overflow|modify|change|mutate)
        |(?:without|less)\ (?:na[iï]ve|(?:the|that|this)\ (?:{_FLAW}))
        |with\ (?:the|my)\ (?:\w+\ )?(?:part|change)s?|than\ (?:before|the|my|your)|passes|handles
        |after|now|here\ is\ the\ function|repaired)\b|[✅✓✔👍]""",
    re.VERBOSE | re.IGNORECASE,
)
_QUOTED = lazy_pattern(
    rf"""\b(?:(?:(?<!for\ the\ )original(?:ly)?|old|previous(?:ly)?|earlier|wrong|incorrect
           |erroneous|failing|(?<!not\ )bad)
         (?!\ (?:order|value|input|vector|list|array|string|slice|text|word|element|item|number
           |index|sign|case|type|key|position|map|length|size|operator|bound|result|output
           |argument)s?\b)
        |buggy|broken|faulty|defective|problem(?:atic)?\ code|legacy|unpatched|incomplete
        |na[iï]ve|unoptimi[sz]ed|inefficient|less\ efficient|slow(?:er)?\ (?:{_CODE})
        |bug|mistakes?|common\ error|with\ (?:the|an)\ error|off-by-one|overflows|misses
        |anti-?pattern
        |(?:instead\ of|rather\ than)(?=\W*(?:this|that|these|writing|the\ following)?\W*$)
        |for\ (?:comparison|reference)|before
        |(?:you|we)\ (?:gave|posted|wrote|had|provided|started|sent)
        |your\ (?:code|version|function|signature|attempt|snippet|skeleton|stub|template)
        |pitfalls?|skeleton|template|boilerplate|placeholder|stub
        |(?:does|did|would|will)(?:\ not|n't)\ (?:work|compile|pass)|won't\ (?:work|compile|pass)
        |flawed|unfixed|(?:initial|starting)\ (?:code|version|attempt|implementation|point)
        |(?:current|existing|provided|starter|input)\ (?:code|version|function|implementation)
        |code\ under\ test|first\ (?:draft|attempt|try)
        |(?:initially|at\ first|first\ i)(?=\W*$|\ i\b|\ tried)
        |i\ (?:initially|first)|(?:initially|draft)(?=\W*$)|tempting|mutated|mutant|counter-?example
        |rejected|discouraged|not\ recommended|would\ (?:panic|overflow|fail)
        |(?:from|(?:code|function|version)\ in)\ (?:the|your)\ (?:original\ )?
         (?:question|task|prompt|exercise)
        |the\ question's
        |given\ (?:code|function|version|snippet)(?=\W*$)
        |(?:fails|failed|panics))\b|[❌✗✘🚫👎⛔]""",
    re.VERBOSE | re.IGNORECASE,
)
_PRAISED = lazy_pattern(
    r"""\b(wrong|incorrect|buggy|broken|faulty|bad|na[iï]ve|flawed|original|old|inefficient|erroneous)
        \ (?:solution|answer)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""A solution that is none: the word alone would praise it."""

_NAMED = lazy_pattern(
    r"""(?://+!?|/\*+)\s*(?:the\s+|your\s+)?
        (?:bad|wrong|incorrect|original|old|before|buggy|broken|na[iï]ve|don't|do\s+not)\b
        (?:\s+(?:code|version|function|implementation|attempt|approach|solution|way)){0,2}
        \s*(?:[:(\u2013\u2014-]|\*/|$)""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_SAID_OF_CODE = lazy_pattern(
    r"""\b(?:(?:your|original|old|previous|earlier|buggy|broken|wrong|incorrect|na[iï]ve|bad)\s+
        (?:code|version|function|implementation|attempt|approach|solution|snippet|one)
        |(?:you|we)\s(?:gave|posted|wrote|had|provided|started)
        |(?:do\snot|don't|never|avoid)(?:\s\w+){0,3}\s(?:this|that|these)
        |(?:does|did|would|will)(?:\snot|n't)\s(?:work|compile|pass))\b|[❌✗✘]""",
    re.VERBOSE | re.IGNORECASE,
)
_HEADING = lazy_pattern(
    r"^[ \t]*(?:#{1,6}[ \t]|\*\*(?=[^\n*]+\*\*:?[ \t]*$))([^\n]+)", re.MULTILINE
)
_WARNING = lazy_pattern(
    r"""(?:common\s+)?(?:mistakes?|pitfalls?|errors)(?:\s+to\s+avoid)?|anti-?patterns?
      |what\s+(?:not\s+to\s+do|to\s+avoid)
      |(?:the\s+|your\s+)?(?:original|old|wrong|incorrect|buggy|bad|na[iï]ve)
       (?:\s+(?:code|version|function|implementation|attempt|approach|solution|way))?""",
    re.VERBOSE | re.IGNORECASE,
)
_MOST_LABEL = 200
_MOST_WORDS = 1_000


def is_label_of_a_quotation(words: str) -> bool:
    """Tell whether the line above a definition calls it the original, or wrong."""
    line = _PRAISED.sub(r"\1 code", last_line(words).replace("\u2019", "'"))
    if _MEANT_FIRST.search(line) is not None:
        return False
    if _QUOTED_FIRST.search(line) is not None:
        return True
    if _MEANT.search(line) is not None:
        return False
    return _QUOTED.search(line) is not None or _heading(words) is not None


def is_named_wrong(comment: str) -> bool:
    """Tell whether a comment above a definition calls it wrong or original.

    A comment of the code may speak of wrong input or of an original order, so fewer words count
    than in a line of prose.
    """
    line = comment.partition("\n")[0][:_MOST_LABEL]
    if _MEANT.search(line) is not None:
        return False
    return _NAMED.match(comment) is not None or _SAID_OF_CODE.search(line) is not None


def _heading(words: str) -> re.Match[str] | None:
    """Match the last heading in ``words``, if it announces what is not the answer."""
    headings = _HEADING.findall(words[-_MOST_WORDS:])
    return _WARNING.fullmatch(headings[-1].strip(" *_:#\t")) if headings else None


def last_line(words: str) -> str:
    """Return the last line of ``words``, cut to the length of a label."""
    return words.rstrip().rpartition("\n")[2][-_MOST_LABEL:]
