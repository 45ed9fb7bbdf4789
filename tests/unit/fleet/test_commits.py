from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from evalpkg.config import EvalConfig
from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.fleet.commits import HubSilentError, model_commits
from tests.standins.web import WebServer

MODELS = {
    "acme/base": ("a" * 40, ["config.json"], False),
    "acme/gated": ("b" * 40, ["config.json"], True),
    "acme/tuned": ("c" * 40, ["step-9/adapter_config.json"], False),
}


class Hub(BaseHTTPRequestHandler):
    """Stand-in for the model hub's API: three models, one of them gated."""

    def answer(self) -> None:
        parts = self.path.strip("/").split("/")
        name = "/".join(parts[2:4] if parts[0] == "api" else parts[:2])
        told: dict[str, Any] = {}
        status = 404
        if name in MODELS and (parts[0] != "api" or parts[-1] in ("main", "v1")):
            commit, files, gated = MODELS[name]
            told = {"sha": commit, "siblings": [{"rfilename": file} for file in files]}
            opened = self.headers.get("Authorization") == "Bearer right"
            status = 401 if parts[0] != "api" and gated and not opened else 200
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_GET = answer  # noqa: N815 - the base class calls it so
    do_HEAD = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    for name in ("HF_TOKEN", "HF_TOKEN_PATH", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    with WebServer(Hub) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield


def config(**values: Any) -> EvalConfig:
    return EvalConfig(
        **({"base_model": "acme/base", "checkpoint_path": "acme/tuned/step-9"} | values)
    )


def test_branches_become_commits_and_a_subfolder_is_looked_into() -> None:
    assert model_commits(config()) == {"base_revision": "a" * 40, "adapter_revision": "c" * 40}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"base_model": "acme/bose"}, "no model 'acme/bose'"),
        ({"base_revision": "v9"}, "the revision 'v9'"),
        ({"checkpoint_path": "acme/tuned"}, "it has neither adapter_config.json nor config.json"),
    ],
)
def test_what_is_not_there_is_refused_by_name(values: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        model_commits(config(**values))


def test_a_gated_model_needs_a_token_that_opens_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EnvironmentUnfitError, match="this machine has no token"):
        model_commits(config(base_model="acme/gated"))
    monkeypatch.setenv("HF_TOKEN", "wrong")
    with pytest.raises(EnvironmentUnfitError, match="token does not open it"):
        model_commits(config(base_model="acme/gated"))
    monkeypatch.setenv("HF_TOKEN", "right")
    assert model_commits(config(base_model="acme/gated"))["base_revision"] == "b" * 40


def test_folders_and_other_backends_are_not_asked_for(tmp_path: Any) -> None:
    local = config(base_model=str(tmp_path), checkpoint_path="embedded")
    assert model_commits(local) == {}
    replay = config(backend="replay", replay_base="stub", replay_finetuned="canonical")
    assert model_commits(replay) == {}


def test_a_silent_hub_says_nothing_of_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubSilentError):
        model_commits(config())


def test_checkpoints_of_one_repository_share_its_commit_and_others_get_none() -> None:
    config = EvalConfig(base_model="acme/base", checkpoint_path="acme/tuned/step-9")
    both = model_commits(config, ["acme/tuned/step-9", "acme/tuned/step-9"])
    assert both == {"base_revision": "a" * 40, "adapter_revision": "c" * 40}
    assert model_commits(config, []) == both
    assert model_commits(config, ["acme/tuned/step-9", "acme/base"]) == {"base_revision": "a" * 40}
    with pytest.raises(ConfigError, match="acme/typo"):
        model_commits(config, ["acme/tuned/step-9", "acme/typo"])
