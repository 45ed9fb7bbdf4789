"""The API key of Lambda Cloud, from a variable or a file; never from the command line."""

from __future__ import annotations

import os
from pathlib import Path

from evalpkg.errors import ConfigError

ENDPOINT = "https://cloud.lambda.ai/api/v1"


def endpoint() -> str:
    """Return ``LAMBDA_API_ENDPOINT``, else Lambda's own address."""
    return os.environ.get("LAMBDA_API_ENDPOINT", "").rstrip("/") or ENDPOINT


def has_key() -> bool:
    """Tell whether a variable gives a key or the file of a key."""
    return bool(os.environ.get("LAMBDA_API_KEY") or os.environ.get("LAMBDA_API_KEY_FILE"))


def api_key() -> str:
    """Return ``LAMBDA_API_KEY``, else the content of the file ``LAMBDA_API_KEY_FILE``.

    Raises:
        ConfigError: if there is no key, or it has characters that no key has.
    """
    key = os.environ.get("LAMBDA_API_KEY", "").strip()
    file = os.environ.get("LAMBDA_API_KEY_FILE", "")
    if not key and file:
        try:
            key = Path(file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"LAMBDA_API_KEY_FILE={file} cannot be read: {error}",
                "Name a file that contains only the key of your Lambda account.",
            ) from error
    if not key:
        raise ConfigError(
            "there is no key for Lambda Cloud",
            "Make one at https://cloud.lambda.ai/api-keys and set LAMBDA_API_KEY, or "
            "LAMBDA_API_KEY_FILE to a file that contains it.",
        )
    if key.startswith("$ANSIBLE_VAULT;"):
        raise ConfigError(
            "the key for Lambda Cloud is still encrypted by ansible-vault",
            f'export LAMBDA_API_KEY="$(ansible-vault view {file or "FILE"})"',
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError(
            "the key for Lambda Cloud has characters that no key has", "Copy it again."
        )
    return key
