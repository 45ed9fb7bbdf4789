"""``evalpkg serve`` as a process: it says where it listens, and stops without a traceback."""

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalpkg.errors import ExitCode
from tests.integration.run.command import COMMAND, environment, evalpkg

pytest.importorskip("uvicorn", reason="the extra 'serve' is not installed")

TASK = {
    "task_id": "own/add",
    "prompt": "fn add(a: i32, b: i32) -> i32 {\n",
    "entry_point": "add",
    "test": "mod tests { use super::*; #[test] fn a() { assert_eq!(add(1, 2), 3); } }",
}


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(TASK) + "\n")
    return path


@pytest.fixture
def service(tasks: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*COMMAND, "serve", "--dataset", str(tasks), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment({"EVALPKG_TOKEN": "secret"}),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    yield process
    process.kill()
    process.communicate()


def post(port: int, body: str, length: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = "POST /judge HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer secret"
    connection.sendall(f"{head}\r\nContent-Length: {length}\r\n\r\n{body}".encode())
    return connection


def test_a_service_says_where_it_listens_and_stops_when_asked(
    service: subprocess.Popen[str],
) -> None:
    assert service.stdout is not None
    found = re.fullmatch(r"1 tasks on http://127\.0\.0\.1:(\d+)\n", service.stdout.readline())
    assert found is not None
    port = int(found[1])
    post(port, "{", length=100).close()  # a client that goes away in the middle
    body = json.dumps({"task_id": "own/add", "completions": ["    a + b\n}"]})
    with post(port, body, len(body)) as connection, connection.makefile() as said:
        assert '"verdict":"passed"' in said.read()
    os.kill(service.pid, signal.SIGINT)
    _, errors = service.communicate(timeout=60)
    assert (service.returncode, errors.split("\n")[-2:]) == (ExitCode.OK, ["stopped", ""])
    assert "Traceback" not in errors


def test_a_port_that_is_taken_is_named_with_a_cure(tasks: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = evalpkg("serve", "--dataset", tasks, "--port", str(port))
    assert done.returncode == ExitCode.ENVIRONMENT
    assert done.stderr.startswith(f"error: port {port} cannot be used: Address already in use\n")
