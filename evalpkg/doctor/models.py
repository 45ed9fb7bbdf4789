"""Checks of the model packages, the hub and the tokens. A token's value is never printed."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Iterator
from pathlib import Path

from evalpkg.doctor.check import Diagnosis

STACK = ("torch", "transformers", "peft", "gguf")
HUB_TIMEOUT_S = 5.0


def model_access() -> Iterator[Diagnosis]:
    """Check that this machine can download and load model weights."""
    yield model_stack()
    yield hub()
    yield token("hugging face", ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"), _hub_token_file())
    yield token("openai", ("OPENAI_API_KEY",), None)


def model_stack() -> Diagnosis:
    """Check for the packages that the transformers backend needs."""
    found, missing = [], []
    for package in STACK:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(package)
    parts = [", ".join(found), f"missing: {', '.join(missing)}" if missing else ""]
    return Diagnosis(
        "model stack",
        not missing,
        "; ".join(filter(None, parts)),
        "pip install 'evalpkg[models]'. Scoring, reporting and verifying do without.",
    )


def hub() -> Diagnosis:
    """Check that the model hub answers."""
    import urllib.error  # only here: it loads TLS, which no other check needs
    import urllib.request

    url = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "true", "yes", "on"}:
        return Diagnosis(
            "model hub", False, "HF_HUB_OFFLINE is set", "Only models on disk can be used."
        )
    try:
        request = urllib.request.Request(url, method="HEAD")  # noqa: S310 - the user's endpoint
        with urllib.request.urlopen(request, timeout=HUB_TIMEOUT_S):  # noqa: S310
            reached = True
    except urllib.error.HTTPError as error:
        reached = error.code < 500
    except (OSError, ValueError):
        reached = False
    cure = "Only models on disk and the embedded one can be used. HF_ENDPOINT names a mirror."
    return Diagnosis("model hub", reached, f"{url} {'answers' if reached else 'unreachable'}", cure)


def token(service: str, variables: tuple[str, ...], file: Path | None) -> Diagnosis:
    """Check for a token in the environment variables or the file, and name its place."""
    source = next((name for name in variables if os.environ.get(name)), "")
    if not source and file is not None and file.is_file():
        source = str(file)
    return Diagnosis(
        f"token: {service}",
        bool(source),
        f"present ({source})" if source else "none",
        "" if source else f"Set {variables[0]} if a model needs it.",
    )


def _hub_token_file() -> Path:
    home = os.environ.get("HF_HOME", str(Path.home() / ".cache" / "huggingface"))
    return Path(os.environ.get("HF_TOKEN_PATH", str(Path(home) / "token")))
