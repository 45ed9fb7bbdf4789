"""Removal of secrets from everything that is stored or displayed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SECRET = re.compile(r"(TOKEN|SECRET|PASSWORD|PASSWD|API_KEY|PRIVATE_KEY)$")
SECRET_FILE = re.compile(r"(TOKEN_PATH|API_KEY_FILE|PASSWORD_FILE)$")
SHORTEST = 6
"""Shortest value that counts as a secret; a shorter one could be part of ordinary words."""
LARGEST = 65_536


class Redactor:
    """A filter that replaces secret values by ``[secret]``.

    Args:
        values: the secrets; those shorter than ``SHORTEST`` are ignored.
    """

    def __init__(self, values: Iterable[str]) -> None:
        found = sorted({value for value in values if len(value) >= SHORTEST}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, found))) if found else None

    def text(self, text: str) -> str:
        """Replace the secrets in ``text``."""
        return self._pattern.sub("[secret]", text) if self._pattern else text

    def tree(self, value: Any) -> Any:
        """Replace the secrets in every text in ``value``, keys included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.tree(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.tree(item) for item in value]
        return value


def secrets_of(environment: dict[str, str] | None = None) -> list[str]:
    """Collect secrets: values of variables named like secrets, and contents of files they name."""
    found = []
    for name, value in (os.environ if environment is None else environment).items():
        if SECRET.search(name):
            found.append(value.strip())
        elif SECRET_FILE.search(name):
            found += _in_file(Path(value).expanduser())
    return found


def _in_file(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8") as file:
            return [file.read(LARGEST).strip()]
    except (OSError, UnicodeDecodeError):
        return []
