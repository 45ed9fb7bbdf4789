"""The files by which several hosts become one Ray cluster, as the evaluation role writes them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.hosts.test_unit import analyze

HOSTS = ["gpu-1", "gpu-2"]


def said_to_ray(rendered: Path, host: str, token: Path) -> tuple[list[str], dict[str, str]]:
    """The arguments that join-cluster gives to Ray, and its variables that begin with RAY."""
    noted, ray = rendered / "noted", rendered / "venv/bin/ray"
    ray.parent.mkdir(parents=True, exist_ok=True)
    ray.write_text(f'#!/bin/bash\nprintf "%s\\n" "$@" >{noted}\nenv >{noted}.environment\n')
    ray.chmod(0o755)
    (rendered / "eval/run").write_text("test\n")
    # The head of this test is up: it answers, and its cluster has the host that is waited for.
    (ray.parent / "python").write_text("#!/bin/sh\n")
    (ray.parent / "python").chmod(0o755)
    script = (rendered / host / "join-cluster").read_text()
    asked = "(exec 3<>/dev/tcp/10.0.0.1/21000) 2>/dev/null && "
    assert asked in script
    join = rendered / host / "join-an-answering-head"
    join.write_text(script.replace(asked, ""))
    join.chmod(0o755)
    environment = {
        "PATH": os.environ["PATH"],
        "RUNTIME_DIRECTORY": "/run/x",
        "CREDENTIALS_DIRECTORY": str(token.parent),
    }
    subprocess.run([str(join)], env=environment, check=True)
    lines = (rendered / "noted.environment").read_text().splitlines()
    variables = dict(line.split("=", 1) for line in lines if line.startswith("RAY"))
    return noted.read_text().splitlines(), variables


@pytest.fixture
def token(tmp_path: Path) -> Path:
    file = tmp_path / "RAY_AUTH_TOKEN"
    file.write_text("canary-token")
    return file


def test_one_host_is_the_head_and_the_other_joins_it(rendered: Path, token: Path) -> None:
    head, _ = said_to_ray(rendered, "gpu-1", token)
    member, _ = said_to_ray(rendered, "gpu-2", token)
    assert {"--head", "--port=21000", "--node-ip-address=10.0.0.1"} <= set(head)
    assert {"--address=10.0.0.1:21000", "--node-ip-address=10.0.0.2"} <= set(member)
    assert "--head" not in member
    assert "--include-dashboard=false" in head


@pytest.mark.parametrize("host", HOSTS)
def test_ray_reads_the_token_from_a_file(rendered: Path, token: Path, host: str) -> None:
    arguments, variables = said_to_ray(rendered, host, token)
    assert variables["RAY_AUTH_MODE"] == "token"
    assert variables["RAY_AUTH_TOKEN_PATH"] == str(token)
    assert "canary-token" not in "".join([*arguments, *variables.values()])


@pytest.mark.parametrize("host", HOSTS)
def test_the_wall_covers_every_port_that_ray_is_given(
    rendered: Path, token: Path, host: str
) -> None:
    arguments, _ = said_to_ray(rendered, host, token)
    ports = [int(found[1]) for found in re.finditer(r"port=(\d+)", " ".join(arguments))]
    assert len(ports) == len(set(ports))
    rules = (rendered / host / "sigilderg-ray.nft").read_text()
    wall = re.search(r"tcp dport (\d+)-(\d+) drop", rules)
    assert wall
    assert all(int(wall[1]) <= port <= int(wall[2]) for port in ports)
    assert rules.index("10.0.0.1, 10.0.0.2 } ip daddr") < wall.start()


def test_nftables_takes_the_wall(rendered: Path) -> None:
    file = str(rendered / "gpu-1/sigilderg-ray.nft")
    if shutil.which("nft") is None or os.geteuid() != 0:
        pytest.skip("checking a table of nftables needs nft and root")
    result = subprocess.run(["nft", "-c", "-f", file], capture_output=True, text=True, check=False)
    if "not permitted" in result.stderr or "not supported" in result.stderr:
        pytest.skip(f"this kernel takes no table of nftables: {result.stderr}")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("host", HOSTS)
def test_the_evaluation_starts_after_ray_and_runs_on_its_cluster(rendered: Path, host: str) -> None:
    unit = (rendered / host / "sigilderg-eval.service").read_text()
    for line in ("Wants=", "After="):
        assert f"\n{line}sigilderg-ray.service\n" in unit
    assert "part+=(--cluster 10.0.0.1:21000)" in (rendered / host / "run-shards").read_text()


def test_rays_unit_is_confined_as_the_evaluation_is(rendered: Path) -> None:
    def confinement(unit: str) -> str:
        text = (rendered / "gpu-1" / unit).read_text()
        return text.split("\nProtectSystem=")[1].split("[Install]")[0].strip()

    assert confinement("sigilderg-ray.service") == confinement("sigilderg-eval.service")
    assert "IPAddressAllow=localhost 10.0.0.1 10.0.0.2\n" in confinement("sigilderg-ray.service")
    result = analyze("verify", "--man=no", str(rendered / "gpu-1/sigilderg-ray.service"))
    assert not re.search("Unknown|Invalid|Failed to parse", result.stderr), result.stderr


def test_shellcheck_has_nothing_to_say(rendered: Path) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed here")
    for host in HOSTS:
        subprocess.run(["shellcheck", str(rendered / host / "join-cluster")], check=True)
