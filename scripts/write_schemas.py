"""Write the JSON Schemas of a run's documents to ``docs/schemas``.

python scripts/write_schemas.py           write them
python scripts/write_schemas.py --check   exit with status 1 if one is out of date
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import ModelSchema

from evalpkg.config import EvalConfig
from evalpkg.evidence.manifest import Manifest
from evalpkg.evidence.metadata import EvalMetadata
from evalpkg.evidence.sample_tree import Proof
from evalpkg.statistics.metrics import Metrics
from evalpkg.store.files import pretty_json, write_atomic
from evalpkg.store.prompt_log import PROMPT
from evalpkg.store.records import ROW, TASK, Codec

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "schemas"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


_SHARE, _DIFFERENCE, _SIZE = (0, 1), (-1, 1), (0, None)
_BOUNDS: dict[str, tuple[float, float | None]] = {
    **dict.fromkeys(("p_value", "mcnemar_p", "share", "vetoed_share", "confidence"), _SHARE),
    **dict.fromkeys(("value", "low", "high", "difference", "at_least"), _DIFFERENCE),
    **dict.fromkeys(("standard_error", "minimum_detectable", "mean", "median"), _SIZE),
    **dict.fromkeys(("width", "other_width", "endless_width", "memory_gib"), _SIZE),
    "margin": _SHARE,
}
"""Smallest and largest value of each number that is not an integer, by its name."""
_DIGEST = "^([0-9a-f]{64})?$"


def schemas() -> dict[str, dict[str, Any]]:
    """Make each schema, by the name of its file."""
    documents: dict[str, type[BaseModel]] = {
        "eval_metadata": EvalMetadata,
        "manifest": Manifest,
        "metrics": Metrics,
        "proof": Proof,
    }
    found = {
        name: document.model_json_schema(mode="serialization", schema_generator=WithDocstrings)
        for name, document in documents.items()
    }
    found["config"] = _config()
    found |= {name: codec.json_schema() for name, codec in LINES.items()}
    return {
        f"{name}.schema.json": {"$id": f"urn:x-evalpkg:schema:{name}:v1", **_bounded(schema)}
        for name, schema in sorted(found.items())
    }


class WithDocstrings(GenerateJsonSchema):
    """Takes the description of each field from the docstring under it.

    Pydantic can read them as well (``use_attribute_docstrings``), but does so whenever a class is
    made: every command would read the source of every model again.
    """

    def model_schema(self, schema: ModelSchema) -> dict[str, Any]:
        """Return the schema of a model, with its fields' docstrings."""
        made = super().model_schema(schema)
        properties = made.get("properties", {})
        for model in reversed(schema["cls"].__mro__[:-1]):
            if issubclass(model, BaseModel) and model is not BaseModel:
                for name, text in docstrings(model).items():
                    if name in properties:
                        properties[name]["description"] = text
        return made


def docstrings(cls: type[Any]) -> dict[str, str]:
    """Return the docstring under each annotated attribute of a class."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(definition, ast.ClassDef)
    found = {}
    for attribute, after in pairwise(definition.body):
        if isinstance(attribute, ast.AnnAssign) and isinstance(attribute.target, ast.Name):
            match after:
                case ast.Expr(ast.Constant(str(text))):
                    found[attribute.target.id] = inspect.cleandoc(text)
    return found


LINES: dict[str, Codec[Any]] = {"row": ROW, "task": TASK, "prompt": PROMPT}
"""Records of files with one record per line, without a version of their own."""


def _config() -> dict[str, Any]:
    """Make the schema of ``config.json``: it requires every setting that binds a directory."""
    schema = EvalConfig.model_json_schema(mode="serialization")
    bound = [name for name in EvalConfig.model_fields if EvalConfig.binds(name)]
    properties = {name: schema["properties"][name] for name in bound}
    for one in properties.values():
        one.pop("group", None)
        one.pop("identity", None)
    return {**schema, "title": "Configuration", "properties": properties, "required": bound}


def _bounded(schema: Any) -> Any:
    """Add bounds to every number and digest of ``schema`` that has none."""
    if isinstance(schema, list):
        return [_bounded(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    bounded = {key: _bounded(value) for key, value in schema.items()}
    if bounded.get("type") == "integer" and not {"minimum", "exclusiveMinimum"} & set(bounded):
        bounded["minimum"] = 0  # counts, indexes, sizes and seeds
    for name, property_ in bounded.get("properties", {}).items():
        if isinstance(property_, dict):
            for kind in (property_, *property_.get("anyOf", ())):
                _bound(name, kind)
    return bounded


def _bound(name: str, kind: dict[str, Any]) -> None:
    """Add to one kind of value of the property ``name``."""
    if kind.get("type") == "number" and name in _BOUNDS:
        least, most = _BOUNDS[name]
        kind |= {"minimum": least} if most is None else {"minimum": least, "maximum": most}
    elif kind.get("type") == "string" and (name.endswith("sha256") or name == "root"):
        kind.setdefault("pattern", _DIGEST)


def stale(folder: Path = FOLDER) -> list[Path]:
    """List the files whose content is out of date."""
    return [
        folder / name
        for name, text in _texts().items()
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != text
    ]


def _texts() -> dict[str, str]:
    return {name: pretty_json({"$schema": DRAFT, **schema}) for name, schema in schemas().items()}


def main(arguments: list[str]) -> int:
    """Write or check; return the exit status."""
    if arguments == ["--check"]:
        for path in stale():
            print(f"{path.name} is out of date: run python scripts/write_schemas.py")
        return 1 if stale() else 0
    for name, text in _texts().items():
        write_atomic(FOLDER / name, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
