"""Adapters and models by Hub name, against a server that stands in for the Hub.

The client is the real one, in a process of its own because it reads its settings once.
"""

import hashlib
import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler

import pytest

from tests.standins.web import WebServer

COMMIT = "c" * 40
FILES = {
    "README.md": b"words",
    "checkpoint-9000/adapter_config.json": b"{}",
    "checkpoint-9000/adapter_model.safetensors": b"weights",
    "checkpoint-9000/tokenizer.json": b"{}",
    "checkpoint-9000/chat_template.jinja": b"{{ messages }}",
    "checkpoint-9000/optimizer.pt": b"large and of no use here",
    "pickled/config.json": b"{}",
    "pickled/pytorch_model.bin": b"weights",
    "pickled/training_args.bin": b"of no use here",
    "both/config.json": b"{}",
    "both/model.safetensors": b"weights",
    "both/pytorch_model.bin": b"the same weights",
}

LOCATE = """
import json, sys
from evalpkg.errors import EvalError
from evalpkg.generation import adapter
for reference, revision, *own in json.loads(sys.argv[1]):
    try:
        files = (
            adapter.locate_checkpoint(reference, revision, with_tokenizer=True)
            if own
            else adapter.locate(reference, revision)
        )
        names = sorted(path.name for path in files.folder.iterdir())
        print(json.dumps([files.name, files.revision, *names]))
    except EvalError as error:
        print(json.dumps([type(error).__name__, error.cause, error.cure]))
"""


class Handler(BaseHTTPRequestHandler):
    def reply(self, status, body=b"{}", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_GET(self):
        path = self.path.split("?")[0]
        owner, repository, *rest = path.removeprefix("/api/models").strip("/").split("/")
        if owner != "o" or repository == "none":
            self.reply(401, X_Error_Code="RepoNotFound")
        elif rest[-1] == "no-such-revision":
            self.reply(404, X_Error_Code="RevisionNotFound")
        elif rest[0] == "revision":
            siblings = [{"rfilename": name} for name in FILES]
            info = {"id": f"o/{repository}", "sha": COMMIT, "siblings": siblings}
            self.reply(200, json.dumps(info).encode())
        elif rest[0] == "tree":
            tree = [{"type": "file", "path": n, "size": len(b), "oid": n} for n, b in FILES.items()]
            self.reply(200, json.dumps(tree).encode(), Content_Type="application/json")
        elif repository == "gated":
            self.reply(403, X_Error_Code="GatedRepo")
        else:
            body = FILES["/".join(rest[2:])]
            digest = hashlib.sha1(body).hexdigest()
            self.reply(200, body, ETag=f'"{digest}"', X_Repo_Commit=COMMIT)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def endpoint():
    with WebServer(Handler) as server:
        yield server.url


def locate(endpoint, home, *asked, **more):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
    environment |= {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_XET": "1",
        **more,
    }
    done = subprocess.run(
        [sys.executable, "-c", LOCATE, json.dumps(asked)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_subfolder_of_a_repository_is_fetched_without_the_rest(endpoint, tmp_path):
    expected = [
        "o/a/checkpoint-9000",
        COMMIT,
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    assert locate(endpoint, tmp_path, ("o/a/checkpoint-9000", "")) == [expected]
    # And later without a network, from the cache.
    again = locate("http://127.0.0.1:9", tmp_path, ("o/a/checkpoint-9000", ""), HF_HUB_OFFLINE="1")
    assert again == [expected]


def test_an_adapters_own_tokenizer_is_fetched_when_asked_for(endpoint, tmp_path):
    ((_, _, *names),) = locate(endpoint, tmp_path, ("o/a/checkpoint-9000", "", "own"))
    assert names == [
        "adapter_config.json",
        "adapter_model.safetensors",
        "chat_template.jinja",
        "tokenizer.json",
    ]


def test_pickled_weights_are_fetched_if_there_are_no_others(endpoint, tmp_path):
    asked = [("o/a/pickled", "", "own"), ("o/a/both", "", "own")]
    expected = [["config.json", "pytorch_model.bin"], ["config.json", "model.safetensors"]]
    assert [names for _, _, *names in locate(endpoint, tmp_path, *asked)] == expected
    offline = locate("http://127.0.0.1:9", tmp_path, *asked, HF_HUB_OFFLINE="1")
    assert [names for _, _, *names in offline] == expected


def test_what_goes_wrong_is_told_apart(endpoint, tmp_path):
    bare, none, revision, gated = locate(
        endpoint,
        tmp_path,
        ("o/a", ""),
        ("o/none/checkpoint-9000", ""),
        ("o/a/checkpoint-9000", "no-such-revision"),
        ("o/gated/checkpoint-9000", ""),
    )
    assert bare[0] == "ConfigError"
    assert "holds no adapter_config.json" in bare[1]
    assert none[0] == "ConfigError"
    assert "no model 'o/none'" in none[1]
    assert revision[0] == "ConfigError"
    assert "no revision 'no-such-revision'" in revision[1]
    assert gated[0] == "EnvironmentUnfitError"
    assert "gated" in gated[1]
    assert "hf auth login" in gated[2]


def test_without_network_and_cache_the_cure_is_told(tmp_path):
    for more in ({}, {"HF_HUB_OFFLINE": "1"}):
        ((kind, cause, cure),) = locate(
            "http://127.0.0.1:9", tmp_path, ("o/a/checkpoint-9000", ""), **more
        )
        assert kind == "EnvironmentUnfitError"
        assert "o/a is not in this machine's cache" in cause
        assert "HF_ENDPOINT" in cure
