"""A look-up of the models' revisions: the hub is asked once for the commits, for all hosts.

It needs no model packages, so a controller can do it before anything is installed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from evalpkg.config import EvalConfig
from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.generation import LOADING

TIMEOUT_S = (5.0, 20.0)
CONFIGS = ("adapter_config.json", "config.json")


class HubSilentError(Exception):
    """This machine cannot reach the hub; the hosts may still be able to."""


def model_commits(config: EvalConfig, checkpoints: Sequence[str] = ()) -> dict[str, str]:
    """Look up the commits of ``base_revision`` and ``adapter_revision`` on the hub.

    ``adapter_revision`` is one setting for all checkpoints, so it is left out where they lie in
    repositories with different commits.

    Args:
        config: settings of the run.
        checkpoints: values of ``checkpoint_path``; if there are none, the configuration's counts.

    Returns:
        The commits by field name; only for models that are on the hub.

    Raises:
        ConfigError: there is no such model or revision, or the repository contains no model.
        EnvironmentUnfitError: the model is gated or private, and the token does not open it.
        HubSilentError: the hub did not answer.
    """
    offline = os.environ.get("HF_HUB_OFFLINE", "") in ("1", "true", "yes")
    if offline or config.backend not in LOADING:
        return {}
    paths = checkpoints or (config.checkpoint_path,)
    found = {"base_revision": {_commit_on_hub(config.base_model, config.base_revision)}}
    found["adapter_revision"] = {_commit_on_hub(path, config.adapter_revision) for path in paths}
    return {
        field: commit
        for field, commits in found.items()
        for commit in commits
        if commit and len(commits) == 1
    }


def _commit_on_hub(name: str, revision: str) -> str:
    """Return the commit of a model on the hub; empty for one that is elsewhere."""
    elsewhere = name in ("", "embedded") or "/" not in name or Path(name).expanduser().exists()
    return "" if elsewhere else _commit(name, revision)


def _commit(name: str, revision: str) -> str:
    owner, repository, *inside = name.strip("/").split("/")
    repo = f"{owner}/{repository}"
    path = f"/api/models/{quote(repo)}/revision/{quote(revision or 'main', safe='')}"
    answer = _ask("GET", path)
    if answer.status_code in (requests.codes.unauthorized, requests.codes.forbidden):
        raise _closed(repo)
    if answer.status_code == requests.codes.not_found:
        raise ConfigError(
            f"there is no model {repo!r} with the revision {revision or 'main'!r} on the hub",
            "Check the spelling. A private model needs HF_TOKEN.",
        )
    told = _json(answer)
    folder = "".join(f"{part}/" for part in inside)
    files = {entry["rfilename"] for entry in told.get("siblings", [])}
    config = next((folder + c for c in CONFIGS if folder + c in files), None)
    if config is None:
        raise ConfigError(f"{name} is not a model: it has neither {' nor '.join(CONFIGS)}")
    commit = str(told["sha"])
    opened = _ask("HEAD", f"/{quote(repo)}/resolve/{commit}/{quote(config)}")
    if opened.status_code in (requests.codes.unauthorized, requests.codes.forbidden):
        raise _closed(repo)
    return commit


def _closed(repo: str) -> EnvironmentUnfitError:
    return EnvironmentUnfitError(
        f"{repo} is gated or private, and "
        + ("this machine's token does not open it" if _token() else "this machine has no token"),
        f"Accept the terms at https://huggingface.co/{repo}, and set HF_TOKEN.",
    )


def _ask(method: str, path: str) -> requests.Response:
    base = (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")
    headers = {"Authorization": f"Bearer {token}"} if (token := _token()) else {}
    try:
        answer = requests.request(
            method, base + path, headers=headers, timeout=TIMEOUT_S, allow_redirects=False
        )
    except requests.RequestException as error:
        raise HubSilentError(f"{base}: {type(error).__name__}") from error
    if answer.status_code >= requests.codes.internal_server_error or answer.status_code == (
        requests.codes.too_many_requests
    ):
        raise HubSilentError(f"{base} answers {answer.status_code}")
    return answer


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError as error:
        raise HubSilentError("an answer that is no JSON") from error
    if not isinstance(told, dict) or "sha" not in told:
        raise HubSilentError("an answer without a commit")
    return told


def _token() -> str:
    """Find the token as the hub's own library does."""
    if token := os.environ.get("HF_TOKEN", "").strip():
        return token
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    try:
        return Path(os.environ.get("HF_TOKEN_PATH") or home / "token").read_text("utf-8").strip()
    except OSError:
        return ""
