"""SigilDERG's policy, loaded from the package ``human-eval-rust``.

Neither its rules nor its code are copied here: both come from the installed or fetched release.
The policy searches for substrings in the lower-cased completion without comments and literals.
It therefore vetoes honest code, too (``std::mem::swap``, ``Arc``, a variable ``external``);
reports count the correct programs that it vetoes.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import ModuleType

from evalpkg.digests import sha256_file
from evalpkg.errors import require_choice
from evalpkg.models import Task
from evalpkg.policy.bounds import shorten, too_costly
from evalpkg.tasks import locate_human_eval_rust

POLICIES = ("sigilderg",)
TOO_COSTLY = "cannot be checked in reasonable time"

_PACKAGE = "_evalpkg_sigilderg"
_DERIVE = "disallowed derive macro: "


class Policy:
    """SigilDERG's rules and the release's code that applies them.

    Attributes:
        name: ``sigilderg``.
        digest: sha256 of the release's file with the rules and that code.
    """

    def __init__(self, module: ModuleType, digest: str) -> None:
        self.name = "sigilderg"
        self.digest = digest
        self._module = module
        patterns: list[str] = module.DISALLOWED_COMPLETION_PATTERNS
        # Patterns that differ only in case are one rule.
        self._rules = {pattern.lower(): pattern for pattern in reversed(patterns)}
        # A longer pattern contains a shortest one: text without the shortest has none at all.
        self._shortest = tuple(
            rule for rule in self._rules if not any(o in rule for o in self._rules if o != rule)
        )
        # The release's check stops at the first pattern it finds. Without patterns it goes on to
        # derives and raw strings.
        vars(module)["DISALLOWED_COMPLETION_PATTERNS"] = []
        _search_by_name_first(module)
        # Samples of one task are often equal, and come one after another.
        self._remembered = lru_cache(maxsize=256)(self._find)

    def violations(self, task: Task, completion: str) -> tuple[str, ...]:
        """List every rule that a completion breaks.

        The list is empty exactly if the release accepts the completion.

        Args:
            task: the completion's task; the release checks the part of the completion that it
                takes for the body of the entry point.
            completion: the model's text, unchanged.

        Returns:
            The rules in the release's words and order; only ``TOO_COSTLY`` for text on which the
            release would exceed its own time limit.
        """
        return self._remembered(task.entry_point, completion)

    def _find(self, entry_point: str, completion: str) -> tuple[str, ...]:
        module = self._module
        if problem := module._validate_completion(completion):
            return (str(problem),)
        text = shorten(completion)
        if too_costly(text):
            return (TOO_COSTLY,)
        cleaned: str = module._extract_function_body(text, entry_point)
        code = self._code(cleaned)
        found: list[str] = []
        if any(rule in code for rule in self._shortest):
            found = [rule for lowered, rule in self._rules.items() if lowered in code]
        usages = tuple(f"disallowed usage of {rule}" for rule in reversed(found))
        return (*usages, *self._others(cleaned, code))

    def _code(self, cleaned: str) -> str:
        """Return the text to search: lower-case ASCII without comments and literals."""
        lowered = cleaned.lower()
        if not lowered.isascii():
            lowered = self._module._normalize_unicode(lowered)
        code: str = self._module._strip_comments_and_strings(lowered)
        return code

    def _others(self, cleaned: str, code: str) -> Iterator[str]:
        """Yield violations by derives and raw strings; the release itself names only the first."""
        if "derive" not in code and not any(raw in cleaned for raw in ('r"', "r#", 'R"', "R#")):
            return
        check = self._module._sanitize_rust_completion
        problem = check(cleaned)
        if problem is None:
            return
        yield str(problem)
        if problem.startswith(_DERIVE):
            # Without square brackets no derive is left, and every raw string is.
            brackets = {c for c in cleaned if "[" in self._module._normalize_unicode(c)}
            rest = check(cleaned.translate(dict.fromkeys(map(ord, brackets), "(")))
            if rest is not None:
                yield str(rest)


def _search_by_name_first(module: ModuleType) -> None:
    """Spare the release its two regular expressions a task where a text lacks the function's name.

    Without the name they match nothing. To compile them takes longer than to search with them.
    """
    search: Callable[[str, str], str | None] = module._extract_target_function_body

    def guarded(text: str, entry_point: str) -> str | None:
        return search(text, entry_point) if entry_point in text else None

    vars(module)["_extract_target_function_body"] = guarded


def load_policy(name: str = "sigilderg") -> Policy:
    """Load a policy by its name.

    Raises:
        ConfigError: if there is no such policy.
        EnvironmentUnfitError: if ``human-eval-rust`` is not installed and cannot be fetched.
    """
    require_choice(name, POLICIES, f"unknown policy '{name}'")
    return _load()


@lru_cache(maxsize=1)
def _load() -> Policy:
    release = locate_human_eval_rust()
    digest = sha256_file(release.package / "rust_execution.py")
    return Policy(_import_release(), digest)


def _import_release() -> ModuleType:
    """Import the release's module under a private name, without importing ``human_eval``."""
    package = types.ModuleType(_PACKAGE)
    package.__path__ = [str(locate_human_eval_rust().package)]
    sys.modules[_PACKAGE] = package
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        return importlib.import_module(f"{_PACKAGE}.rust_execution")
    finally:
        sys.dont_write_bytecode = writes
