"""Configures the official OpenAI client, and turns its errors into ours."""

from __future__ import annotations

import os
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from evalpkg.addresses import without_userinfo
from evalpkg.errors import ConfigError, EnvironmentUnfitError, EvalError
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.openai_answer import FailedReplyError

OWN = 128
"""Requests in flight to servers on this machine or a private network: an engine that batches wants
many."""

_NO_KEY = "none"
"""Sent where no key is set: the client insists on a key, and local servers ignore it."""


def connect(settings: GenerationSettings, address: str) -> Any:
    """Create the client, without sending a request.

    Raises:
        ConfigError: if no key is set for a server that needs one, or the address is malformed.
        EnvironmentUnfitError: if the client is not installed.
    """
    try:
        import openai
    except ImportError as error:
        raise EnvironmentUnfitError(
            "the openai client is not installed", 'Install it: pip install "evalpkg[openai]".'
        ) from error
    if address and urlsplit(address).scheme not in ("http", "https"):
        raise ConfigError(
            f"openai_base_url is {address!r}", "Give an address such as http://127.0.0.1:8000/v1."
        )
    key = os.environ.get(settings.openai_api_key_env)
    if not key and not address:
        raise ConfigError(
            f"{settings.openai_api_key_env} is not set",
            "Set it to the endpoint's key, or set openai_base_url to a server that needs none.",
        )
    return openai.OpenAI(
        api_key=key or _NO_KEY,
        base_url=address or None,
        timeout=settings.openai_timeout,
        max_retries=settings.openai_max_retries,
    )


def place(address: str) -> str:
    """Return the server's address without a user name or password, to be shown."""
    return without_userinfo(address) or "the endpoint"


def in_flight(settings: GenerationSettings, addresses: Iterable[str]) -> int:
    """Return how many requests to keep in flight.

    The user's number, if there is one; else many if all servers are on this machine or a private
    network, and few otherwise.
    """
    if settings.openai_concurrency:
        return settings.openai_concurrency
    return OWN if all(_is_own(urlsplit(address).hostname or "") for address in addresses) else 16


def _is_own(host: str) -> bool:
    """Tell whether ``host`` is this machine or one of a private network."""
    try:
        address = ip_address(host)
    except ValueError:
        return bool(host) and ("." not in host or host.endswith((".local", ".internal", ".lan")))
    return address.is_loopback or address.is_private


def explained(
    error: Exception, settings: GenerationSettings, model: str, address: str
) -> EvalError:
    """Turn a failed request's error into one with a cause and a cure for the user."""
    import openai

    address = place(address)
    if isinstance(error, FailedReplyError):
        return _failing(address, error)
    if isinstance(error, ValueError):  # such as a web page in place of JSON
        return ConfigError(
            f"{address} answers, but not as an OpenAI-compatible server does: {error}",
            "Check that openai_base_url ends in /v1 as most do.",
        )
    if isinstance(error, openai.APIConnectionError):
        return EnvironmentUnfitError(
            f"{address} cannot be reached: {_reason(error)}",
            "Check that the server runs and that openai_base_url ends in /v1 as most do.",
        )
    if isinstance(error, (openai.AuthenticationError, openai.PermissionDeniedError)):
        return EnvironmentUnfitError(
            f"{address} refuses access: {error}",
            f"Put a valid key into {settings.openai_api_key_env}.",
        )
    if isinstance(error, openai.NotFoundError):
        return ConfigError(
            f"{address} does not know the model {model!r}: {error}",
            "Use a name that the server's /models lists.",
        )
    return _failing(address, error)


def _reason(error: Exception) -> str:
    """Return what the client says, and the reason, which it keeps apart."""
    within = " ".join(str(error.__cause__ or "").split())
    return f"{error} ({within})" if within else str(error)


def _failing(address: str, error: Exception) -> EnvironmentUnfitError:
    return EnvironmentUnfitError(
        f"{address} keeps failing: {error}",
        "Samples received so far are kept: start the same command again to go on.",
    )
