"""Write the JSON Schemas of a run's documents to ``docs/schemas``.

python scripts/write_schemas.py           write them
python scripts/write_schemas.py --check   exit with status 1 if one is out of date
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from evalpkg.evidence.manifest import Manifest
from evalpkg.evidence.metadata import EvalMetadata
from evalpkg.evidence.sample_tree import Proof
from evalpkg.statistics.metrics import metrics_schema
from evalpkg.store.files import pretty_json, write_atomic

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "schemas"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Each schema by the name of its file."""
    documents: dict[str, type[BaseModel]] = {
        "eval_metadata": EvalMetadata,
        "manifest": Manifest,
        "proof": Proof,
    }
    found = {
        f"{name}.schema.json": document.model_json_schema(mode="serialization")
        for name, document in documents.items()
    }
    return {"metrics.schema.json": metrics_schema(), **found}


def stale(folder: Path = FOLDER) -> list[Path]:
    """Files that do not hold what they should."""
    return [
        folder / name
        for name, text in _texts().items()
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != text
    ]


def _texts() -> dict[str, str]:
    return {name: pretty_json({"$schema": DRAFT, **schema}) for name, schema in schemas().items()}


def main(arguments: list[str]) -> int:
    """Write or check; the exit status."""
    if arguments == ["--check"]:
        for path in stale():
            print(f"{path.name} is out of date: run python scripts/write_schemas.py")
        return 1 if stale() else 0
    for name, text in _texts().items():
        write_atomic(FOLDER / name, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
