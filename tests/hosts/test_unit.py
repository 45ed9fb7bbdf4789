from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROFILES = ["confined", "gpu", "firejail"]


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here")
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("profile", PROFILES)
def test_systemd_accepts_every_line(rendered: Path, profile: str) -> None:
    result = analyze("verify", "--man=no", str(rendered / f"{profile}.service"))
    assert f"{profile}.service" not in result.stderr, result.stderr


@pytest.mark.parametrize(("profile", "worst"), [("confined", 4.2), ("gpu", 4.0), ("firejail", 9.0)])
def test_the_unit_exposes_no_more_than_it_did(rendered: Path, profile: str, worst: float) -> None:
    result = analyze("security", "--offline=true", str(rendered / f"{profile}.service"))
    found = re.search(r"exposure level for .*: ([\d.]+)", result.stdout)
    assert found, result.stdout + result.stderr
    assert float(found[1]) <= worst


def test_firejail_can_gain_the_privileges_it_needs(rendered: Path) -> None:
    # Each of these implies NoNewPrivileges for a unit with User=, and firejail is set-user-id.
    text = (rendered / "firejail.service").read_text()
    for option in ("NoNewPrivileges", "SystemCall", "Restrict", "Lock", "Capability"):
        assert not re.search(rf"^{option}\w*=(?!on-failure)", text, re.MULTILINE), option


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_that_breaks_a_sandbox_inside(rendered: Path, profile: str) -> None:
    text = (rendered / f"{profile}.service").read_text()
    for option in (
        "RestrictNamespaces",
        "ProtectKernelTunables",
        "ProtectProc",
        "ProtectKernelLogs",
    ):
        assert f"\n{option}=" not in text
    assert "OOMPolicy=continue" in text


@pytest.mark.parametrize("profile", PROFILES)
def test_a_secret_is_named_and_never_spelled(rendered: Path, profile: str) -> None:
    text = (rendered / f"{profile}.service").read_text()
    assert "LoadCredential=HF_TOKEN:" in text
    assert "OPENAI_API_KEY" not in text
    files = [file for file in rendered.rglob("*") if file.is_file()]
    assert not [file for file in files if "canary-token" in file.read_text(errors="replace")]


def test_a_spent_budget_is_not_restarted(rendered: Path) -> None:
    text = (rendered / "gpu.service").read_text()
    found = re.search(r"^RestartPreventExitStatus=(.*)$", text, re.MULTILINE)
    assert found
    assert "75" in found[1].split()


def test_a_rented_host_ends_by_itself_at_the_time_that_was_set(rendered: Path) -> None:
    timer = (rendered / "sigilderg-rent-end.timer").read_text()
    # The evaluation ends first. A controller then has half an hour to fetch the results.
    assert "\nOnCalendar=2026-09-21 14:13:20 UTC\nOnCalendar=2026-09-21 14:43:20 UTC\n" in timer
    assert "\nPersistent=true\n" in timer
    service = (rendered / "sigilderg-rent-end.service").read_text()
    stop, off = (
        service.index("disable --now sigilderg-eval.service"),
        service.index("systemctl poweroff"),
    )
    assert stop < off
    assert "test $$(date +%%s) -lt 1790001800 || systemctl poweroff" in service
    result = analyze("verify", "--man=no", str(rendered / "sigilderg-rent-end.timer"))
    assert "rent-end" not in result.stderr, result.stderr


def test_the_devices_come_before_the_unit_that_may_use_them(rendered: Path) -> None:
    text = (rendered / "gpu.service").read_text()
    for line in ("Requires=", "After="):
        assert f"\n{line}sigilderg-eval-devices.service\n" in text
    assert "\nDeviceAllow=char-nvidia rw\n" in text
    assert "sigilderg-eval-devices" not in (rendered / "confined.service").read_text()


def test_the_proof_is_confined_as_the_evaluation_is(rendered: Path) -> None:
    def confinement(file: str) -> str:
        return (rendered / file).read_text().split("\nProtectSystem=")[1]

    evaluation = confinement("gpu.service").split("[Install]")[0].strip()
    assert confinement("sigilderg-eval-proof.service").strip() == evaluation
    assert "DeviceAllow=char-nvidia-uvm rw" in evaluation


def test_a_vllm_elsewhere_is_told_to_the_program_unless_a_setting_tells(rendered: Path) -> None:
    def told(name: str) -> list[str]:
        lines = (rendered / "eval/bin" / name).read_text().splitlines()
        return [line for line in lines if "VLLM" in line]

    assert told("environment-vllm") == ["EVALPKG_VLLM_PYTHON='/opt/of vllm/bin/python'"]
    assert told("environment-vllm-set") == []
    assert told("environment") == []


def test_the_program_writes_its_caches_where_the_unit_lets_it(rendered: Path) -> None:
    base = rendered / "eval"
    text = (base / "bin/environment").read_text()
    assert f"TRITON_CACHE_DIR={base}/cache/triton" in text
    assert "HF_HOME=/mnt/models" in text
    assert "https_proxy='http://proxy:3128/a b'" in text
    assert "HF_ENDPOINT" not in text
    unit = (rendered / "gpu.service").read_text()
    writable = re.search(r"^ReadWritePaths=(.*)$", unit, re.MULTILINE)
    assert writable
    assert {str(base), "/mnt/models"} <= set(writable[1].split())
