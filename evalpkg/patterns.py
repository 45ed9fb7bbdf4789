"""Regular expressions that are compiled at their first use.

Compiling those of ``evalpkg.extraction`` takes as long as reading fifty answers, and most answers
need few of them.
"""

from __future__ import annotations

import re
from typing import Any, cast


def lazy_pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return what ``re.compile`` returns; an error in ``pattern`` shows at its first use."""
    return cast("re.Pattern[str]", _LazyPattern(pattern, flags))


class _LazyPattern:
    """Stands for a pattern until its first method is asked for, and passes each on."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._arguments = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(*self._arguments), name)
        setattr(self, name, value)  # the next use finds it without this method
        return value
