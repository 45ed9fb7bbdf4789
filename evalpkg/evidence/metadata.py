"""``eval_metadata.json``: everything that a reader needs to judge or repeat a run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from evalpkg.addresses import without_userinfo
from evalpkg.errors import ConfigError, DataError
from evalpkg.evidence.environment import Environment
from evalpkg.models import Mode, Role
from evalpkg.store import (
    WHOLE,
    RunLayout,
    not_of_schema,
    parse_shard,
    pretty_json,
    read_json,
    write_atomic,
)

SHA256 = Field(default="", pattern="^([0-9a-f]{64})?$")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class Tool(_Part):
    """The program that made the result."""

    version: str
    commit: str = ""
    """Git commit of the checkout it ran from, empty for an installed package."""
    dirty: bool = False
    """True if that checkout had uncommitted changes."""


class DatasetPart(_Part):
    """One of the task sets."""

    name: str
    sha256: str = SHA256
    """Digest of its file."""
    tasks: int = Field(ge=0)
    """Number of its tasks in the run."""
    of: int = Field(ge=0)
    """Number of its tasks that can be judged."""
    excluded: dict[str, str] = {}
    """Tasks left out because they cannot be judged, each with its reason."""


class Dataset(_Part):
    """The data sets that the tasks come from."""

    source: str
    variant: str
    sha256: str = SHA256
    """Digest of the source file."""
    overlay_sha256: str = SHA256
    """Digest of the repairs applied to it, empty for none."""
    errata: list[str] = []
    """Tasks whose test or solution differs from the data set's."""
    parts: list[DatasetPart] = []
    """Each task set, if there may be several."""


class Prompt(_Part):
    """The templates of the prompt, and their digests."""

    template: str
    """Name of the prompt template."""
    template_sha256: str = SHA256
    chat_template_sha256: str = SHA256
    """Digest of the tokenizer's chat template, empty if none is used."""
    finetuned_chat_template_sha256: str = SHA256
    """Digest of the fine-tuned model's own chat template, empty if it gets the base model's."""


class Model(_Part):
    """One of the compared models."""

    name: str
    """Name as the user gave it."""
    revision: str = ""
    """Resolved revision, empty for a folder."""
    weights: dict[str, str] = {}
    """sha256 of each weights file, by its name."""
    adapter: str = ""
    adapter_revision: str = ""
    adapter_weights: dict[str, str] = {}
    """sha256 of each adapter file, by its name."""


class CrateRecord(_Part):
    """Third-party crates that were built together."""

    versions: list[str]
    """``name version`` of each crate, including dependencies."""
    lock_sha256: str = SHA256
    """Digest of the ``Cargo.lock``."""
    sha256: str = SHA256
    """Digest of the lock file, of every source file and of the compiler's version."""


class ToolchainRecord(_Part):
    """The compiler and its flags."""

    rustc: str
    """Output of ``rustc -vV``."""
    flags: list[str] = []
    crates: list[CrateRecord] = []
    """Sets of third-party crates that programs saw."""


class Sandbox(_Part):
    """The sandbox that confined the programs."""

    provider: str
    """``none`` means that model output ran unconfined."""
    profile_sha256: str = SHA256
    """Digest of the provider's full command line and limits."""


class Seeds(_Part):
    """Seeds of all random number generators in use."""

    run: int
    """Seed from which the sampling noise of each sample is derived."""
    python: int | None = None
    numpy: int | None = None
    torch: int | None = None


class SelfCheck(_Part):
    """The gate before the run: canonical solutions and the sandbox."""

    passed: bool
    overridden: bool = False
    """True if it failed and the user asked to go on."""
    outcome: str
    """In words."""


class LockFile(_Part):
    """The file that pinned the packages."""

    name: str
    sha256: str = SHA256


class Host(_Part):
    """One of the machines of a merged run."""

    shard: str
    started_at: str
    finished_at: str
    environment: Environment
    arguments: dict[str, Any] = {}
    """Settings in which this machine differed from another one."""
    warnings: list[str] = []


class EvalMetadata(_Part):
    """Environment, inputs and arguments of a run."""

    schema_version: Literal[1] = 1
    tool: Tool
    started_at: str
    """RFC 3339, UTC."""
    finished_at: str = ""
    """Empty while the run goes on."""
    arguments: dict[str, Any]
    """Every setting with its value; secrets are left out."""
    modes: list[Mode]
    roles: list[Role]
    num_samples: int = Field(ge=1)
    """Requested completions per task and model."""
    uneven: dict[Role, dict[str, int]] = {}
    """Tasks that have fewer, by model: samples that were read from files may be so."""
    k_values: list[Annotated[int, Field(ge=1)]] = Field(min_length=1)
    shard: str = "0/1"
    """The part of the run in this directory, ``i/n`` counted from 0."""
    seeds: Seeds
    dataset: Dataset
    prompt: Prompt
    models: dict[Role, Model] = {}
    generation: dict[str, Any] = {}
    """Facts from the generation backend: engine, decoding, attention, number format."""
    toolchain: ToolchainRecord
    sandbox: Sandbox
    self_check: SelfCheck
    environment: Environment
    lock_file: LockFile | None = None
    warnings: list[str] = []
    """Warnings that a reader must know before believing the numbers."""
    earlier: list[dict[str, Any]] = []
    """For each time that the run grew, the changed settings with their earlier values."""
    hosts: list[Host] = []
    """The machines of a merged run; empty for one machine."""

    @field_validator("shard")
    @classmethod
    def _is_a_part(cls, value: str) -> str:
        try:
            return str(parse_shard(value))
        except ConfigError as error:
            raise ValueError(error.cause) from error


def write_metadata(layout: RunLayout, metadata: EvalMetadata) -> EvalMetadata:
    """Write ``eval_metadata.json``, and return what a reader of the file gets.

    JSON has no tuples or paths. So the written text is parsed; the file is not read.

    Raises:
        DataError: if the metadata do not follow the schema.
        EnvironmentUnfitError: if the file cannot be written.
    """
    text = pretty_json(metadata.model_dump(mode="json"))
    write_atomic(layout.metadata, text)
    return _parsed(layout, json.loads(text))


def require_whole_run(root: Path) -> None:
    """Refuse what is no directory, and the directory of a part of a run, which has no results.

    Raises:
        ConfigError: naming what to do instead.
    """
    if not root.is_dir():
        raise ConfigError(f"{root} is not a directory", "Name the output directory of a run.")
    layout = RunLayout(root)
    try:
        shard = read_metadata(layout).shard
    except DataError:
        return  # told by whoever needs it
    if shard != str(WHOLE) and not layout.manifest.exists():
        raise ConfigError(
            f"{root} holds part {shard} of a run, which has no results of its own",
            "Merge all parts: evalpkg merge PART PART ... --output-dir DIR.",
        )


def read_metadata(layout: RunLayout) -> EvalMetadata:
    """Read ``eval_metadata.json``.

    Raises:
        DataError: if it is missing or does not follow the schema; the text names the field.
    """
    return _parsed(layout, read_json(layout.metadata))


def _parsed(layout: RunLayout, value: dict[str, Any]) -> EvalMetadata:
    version = value.get("schema_version")
    if version != 1:
        raise DataError(
            f"{layout.metadata}: schema_version {version!r}, and this program knows version 1",
            "Use the release of evalpkg that wrote it; its version is in the file.",
        )
    try:
        return EvalMetadata.model_validate(value)
    except ValidationError as error:
        raise not_of_schema(layout.metadata, error) from error


_SECRET = re.compile(r"(secret|password|passwd|credential|api_?key|token)s?$")
_NO_SECRET = ("bos_token", "eos_token", "pad_token", "unk_token")


def without_secrets(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """``arguments`` without the texts of keys that name a secret, and passwords in URLs."""
    return {key: _hidden(key, value) for key, value in arguments.items()}


def _hidden(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return without_secrets(value)
    if isinstance(value, list | tuple):
        return [_hidden(key, one) for one in value]
    if not isinstance(value, str):
        return value
    name = key.lower().replace("-", "_")
    if value and _SECRET.search(name) and name not in _NO_SECRET:
        return "(hidden)"
    return without_userinfo(value)
