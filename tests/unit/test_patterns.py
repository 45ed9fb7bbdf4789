"""Regular expressions that are compiled at their first use."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

from evalpkg.patterns import lazy_pattern
from tests.sources import ROOT, modules


def test_a_lazy_pattern_does_what_the_compiled_one_does() -> None:
    lazy, compiled = (make(r"(?P<word>b+)", re.IGNORECASE) for make in (lazy_pattern, re.compile))
    for _ in range(2):
        assert lazy.sub("x", "aBbc") == compiled.sub("x", "aBbc") == "axc"
        found = lazy.search("aBbc")
        assert found is not None
        assert found["word"] == "Bb"
    assert lazy.pattern == compiled.pattern
    assert not hasattr(lazy, "no_method_of_a_pattern")


def test_a_wrong_pattern_shows_at_its_first_use() -> None:
    wrong = lazy_pattern("(")
    with pytest.raises(re.error, match="missing"):
        wrong.search("")


def test_every_lazy_pattern_of_the_package_is_valid() -> None:
    users = [path for path, tree in modules().items() if "lazy_pattern(" in path.read_text()]
    found = 0
    for path in users:
        name = ".".join(("evalpkg", *path.relative_to(ROOT).with_suffix("").parts))
        for value in vars(importlib.import_module(name)).values():
            for one in value if isinstance(value, tuple) else (value,):
                if type(one).__name__ == "_LazyPattern":
                    assert one.pattern is not None
                    found += 1
    assert found > 50


def test_a_pattern_is_not_compiled_before_its_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []
    compile_now = re.compile

    def watched(*arguments: Any) -> re.Pattern[str]:
        compiled.append(arguments)
        return compile_now(*arguments)

    monkeypatch.setattr(re, "compile", watched)
    lazy = lazy_pattern("once")
    assert compiled == []
    assert [bool(lazy.search("once")), bool(lazy.search("twice"))] == [True, False]
    assert compiled == [("once", 0)]
