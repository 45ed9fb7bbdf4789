"""The openai backend against a real server with real weights: ``transformers serve``."""

import os
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from evalpkg.generation import GenerationSettings, create_backend, embedded
from evalpkg.models import Role, Task

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        not all(map(find_spec, ("openai", "fastapi", "uvicorn"))),
        reason="needs the server that `pip install transformers[serving]` brings",
    ),
]

TASK = Task("t/1", "// Say hello.\nfn hello() -> String {", "", "")
START_SECONDS = 300


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = embedded.model_folder(print)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("serve") / "log"
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(folder)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, env=os.environ | {"HF_HUB_OFFLINE": "1"}
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except (URLError, OSError):
                time.sleep(0.5)
        else:
            pytest.fail(log.read_text(errors="replace")[-2000:])
        yield f"http://127.0.0.1:{port}/v1", str(folder)
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_choices_that_the_server_leaves_out_are_asked_for_again(server):
    url, name = server
    settings = GenerationSettings(
        backend="openai",
        openai_base_url=url,
        openai_base_model=name,
        openai_choices=3,
        openai_concurrency=1,
        temperature=0.8,
        max_new_tokens=8,
        seed=7,
    )
    backend = create_backend(settings)
    samples = list(backend.generate(Role.BASE, [(TASK, range(3))]))
    again = list(backend.generate(Role.BASE, [(TASK, range(3))]))
    backend.close()
    assert sorted(sample.index for sample in samples) == [0, 1, 2]
    assert all(sample.completion for sample in samples)
    assert {sample.finish_reason for sample in samples} <= {"stop", "length"}
    assert all(0 < sample.completion_tokens <= 8 for sample in samples)
    assert sorted(samples, key=lambda s: s.index) == sorted(again, key=lambda s: s.index)
