"""Where the key of the cloud's account comes from: a variable or a file, never an argument."""

from __future__ import annotations

import os
from pathlib import Path

from evalpkg.errors import ConfigError

ENDPOINT = "https://cloud.lambda.ai/api/v1"


def endpoint() -> str:
    """``LAMBDA_API_ENDPOINT``, else Lambda's own."""
    return os.environ.get("LAMBDA_API_ENDPOINT", "").rstrip("/") or ENDPOINT


def has_key() -> bool:
    """Tell whether this machine has a key for the cloud."""
    return bool(os.environ.get("LAMBDA_API_KEY") or os.environ.get("LAMBDA_API_KEY_FILE"))


def api_key() -> str:
    """``LAMBDA_API_KEY``, else what the file ``LAMBDA_API_KEY_FILE`` holds.

    Raises:
        ConfigError: there is none, or it cannot be sent.
    """
    key = os.environ.get("LAMBDA_API_KEY", "").strip()
    file = os.environ.get("LAMBDA_API_KEY_FILE", "")
    if not key and file:
        try:
            key = Path(file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"LAMBDA_API_KEY_FILE={file} cannot be read: {error}",
                "Name a file with the key of your Lambda account, and nothing else in it.",
            ) from error
    if not key:
        raise ConfigError(
            "there is no key for Lambda Cloud",
            "Make one at https://cloud.lambda.ai/api-keys and set LAMBDA_API_KEY, or "
            "LAMBDA_API_KEY_FILE to a file that holds it.",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError(
            "the key for Lambda Cloud has characters that no key has", "Copy it anew."
        )
    return key
