"""Describes this machine and this interpreter. Unknown facts are left empty."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from evalpkg.addresses import without_userinfo

SECONDS = 20
"""Seconds to wait for a program that is asked for its version."""

GPU_FIELDS = "name,memory.total,driver_version"

PROVISIONING = "EVALPKG_PROVISIONING"
"""Variable that names the file with provisioning's record."""

NOTABLE = (
    *("evalpkg", "torch", "transformers", "peft", "accelerate", "bitsandbytes", "flash-attn"),
    *("vllm", "openai", "tokenizers", "safetensors", "numpy", "scipy", "tree-sitter-rust"),
    *("human-eval-rust", "sigil-pipeline", "sigilderg-finetuner"),
)
"""The most important packages for a reader."""


_FIELDS = ("Name", "Version")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class Gpu(_Part):
    """One GPU, as ``nvidia-smi`` describes it."""

    name: str
    memory: str
    driver: str


class Cuda(_Part):
    """CUDA versions; empty where unknown."""

    driver: str = ""
    """Newest CUDA that the driver supports."""
    runtime: str = ""
    """CUDA that the installed torch was built with."""


class FlashAttention(_Part):
    """The outcome of building FlashAttention 2; a failure does not stop provisioning."""

    installed: bool
    reason: str = ""
    """Reason why it is not installed."""


class Provisioning(_Part, extra="ignore"):
    """The record of how this environment was made; ``roles/cuda_torch`` writes it."""

    torch: str
    """Chosen build of torch, such as ``2.7.1+cu128``."""
    driver: str = ""
    """NVIDIA driver for which it was chosen, ``none`` without a GPU."""
    flash_attention: FlashAttention | None = None


class Environment(_Part):
    """The facts about a machine that can change speed or results, without name and address."""

    os: str
    kernel: str
    architecture: str
    cpu: str
    cpus: int
    """Logical CPUs that this process may use."""
    memory_gib: float
    gpus: list[Gpu] = []
    cuda: Cuda
    python: str
    packages: dict[str, str]
    """Versions of the most important packages."""
    pip_freeze: list[str]
    """Every installed distribution, one requirement a line."""
    provisioning: Provisioning | None = None
    """Provisioning's record; left out if there is none."""


def collect_environment() -> Environment:
    """Collect facts about this machine; a fact is empty if it is not available."""
    freeze = installed_distributions()
    return Environment(
        os=_os_name(),
        kernel=f"{platform.system()} {platform.release()}",
        architecture=platform.machine(),
        cpu=_cpu_name(_text(Path("/proc/cpuinfo"))),
        cpus=len(os.sched_getaffinity(0)),
        memory_gib=_memory_gib(_text(Path("/proc/meminfo"))),
        gpus=parse_gpus(ask("nvidia-smi", f"--query-gpu={GPU_FIELDS}", "--format=csv,noheader")),
        cuda=Cuda(driver=parse_cuda_driver(ask("nvidia-smi")), runtime=_cuda_runtime()),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        packages={name: freeze[name][1] for name in NOTABLE if name in freeze},
        pip_freeze=[requirement for requirement, _ in freeze.values()],
        provisioning=recorded_provisioning(),
    )


def recorded_provisioning() -> Provisioning | None:
    """Read the record from ``EVALPKG_PROVISIONING``, else ``provisioning.json`` in this venv."""
    named = os.environ.get(PROVISIONING) or Path(sys.prefix, "provisioning.json")
    try:
        return Provisioning.model_validate_json(_text(Path(named)))
    except ValueError:
        return None


def ask(*command: str) -> str:
    """Return a program's output, stripped; empty if it is missing, fails or takes too long."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS, check=True, errors="replace"
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def parse_gpus(csv: str) -> list[Gpu]:
    """Parse the GPUs from the CSV of ``nvidia-smi --query-gpu`` with ``GPU_FIELDS``."""
    rows = [[cell.strip() for cell in line.split(",")] for line in csv.splitlines()]
    return [Gpu(name=row[0], memory=row[1], driver=row[2]) for row in rows if len(row) == 3]


def parse_cuda_driver(table: str) -> str:
    """Parse the CUDA version from plain ``nvidia-smi``; drivers from 610 on call it UMD."""
    found = re.search(r"CUDA (?:UMD )?Version:\s*(\d+\.\d+)", table)
    return found[1] if found else ""


def _cuda_runtime() -> str:
    """Read the installed torch's CUDA version without importing torch, which would take seconds.

    A session that only scores does not load torch, but must report the same environment.
    """
    torch = find_spec("torch")
    if torch is None or torch.origin is None:
        return ""
    return parse_cuda_runtime(_text(Path(torch.origin).with_name("version.py")))


def parse_cuda_runtime(source: str) -> str:
    """Parse the CUDA version from ``torch/version.py``; empty for a build without CUDA."""
    found = re.search(r"^cuda\b[^=]*=\s*['\"]([\d.]+)['\"]", source, re.MULTILINE)
    return found[1] if found else ""


def installed_distributions() -> dict[str, tuple[str, str]]:
    """List all packages as ``{name: (requirement, version)}``, sorted by normalised name.

    The requirement is ``name==version``, or ``name @ url`` for a package from version control.
    Paths of this machine and passwords in URLs are left out.
    """
    return _distributions_in(tuple(sys.path))


@cache
def _distributions_in(path: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for distribution in importlib.metadata.distributions(path=list(path)):
        try:
            given, version = _name_and_version(distribution)
            origin = distribution.read_text("direct_url.json") or "{}"
        except (OSError, KeyError, ValueError):
            continue
        if given and version:
            name = re.sub(r"[-_.]+", "-", given).lower()
            found.setdefault(name, (_requirement(name, version, origin), version))
    return dict(sorted(found.items()))


def _name_and_version(distribution: importlib.metadata.Distribution) -> tuple[str, str]:
    """Read the two fields alone: parsing all of the metadata takes long with many packages."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    head = text.partition("\n\n")[0]
    found = [re.search(rf"^{field}:[ \t]*(.*)$", head, re.MULTILINE) for field in _FIELDS]
    given, version = (match[1].strip() if match else "" for match in found)
    return given, version


def _requirement(name: str, version: str, origin: str) -> str:
    """Build the PEP 508 requirement; ``origin`` is the ``direct_url.json`` (PEP 610)."""
    try:
        data = json.loads(origin)
        vcs = data.get("vcs_info")
        if vcs:
            return f"{name} @ {vcs['vcs']}+{without_userinfo(data['url'])}@{vcs['commit_id']}"
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    return f"{name}=={version}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _os_name() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.platform(terse=True)


def _cpu_name(cpuinfo: str) -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()


def _memory_gib(meminfo: str) -> float:
    found = re.search(r"^MemTotal:\s*(\d+) kB", meminfo, re.MULTILINE)
    return round(int(found[1]) / 2**20, 1) if found else 0.0
