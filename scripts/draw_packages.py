"""Draw the order of the packages into ``docs/architecture.md``, from the imports.

python scripts/draw_packages.py           write the picture
python scripts/draw_packages.py --check   exit with status 1 if the picture is out of date

An arrow says that one package imports another. Arrows that follow from longer ways are left out.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BETWEEN = re.compile(r"(?<=<!-- packages: begin -->\n).*?(?=<!-- packages: end -->)", re.DOTALL)
NOT_DRAWN = {"__init__", "__main__"}

Graph = Mapping[str, set[str]]


def imports(package: Path = ROOT / "evalpkg") -> dict[str, set[str]]:
    """Find the packages that each package imports, anywhere in its files.

    Args:
        package: folder of the outer package; its folders and modules are the nodes.
    """
    names = {path.name.removesuffix(".py") for path in package.iterdir() if _is_code(path)}
    graph: dict[str, set[str]] = {name: set() for name in sorted(names - NOT_DRAWN)}
    for path in sorted(package.rglob("*.py")):
        user = path.relative_to(package).parts[0].removesuffix(".py")
        if user in graph:
            graph[user] |= _imported(path, package.name) & graph.keys() - {user}
    return graph


def _is_code(path: Path) -> bool:
    return path.suffix == ".py" or (path / "__init__.py").exists()


def _imported(path: Path, package: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            found.add(str(node.module).split(".")[1])
    return found


def reduced(graph: Graph) -> dict[str, set[str]]:
    """Remove the edges of ``graph`` that follow from longer paths.

    Raises:
        ValueError: if packages import each other in a circle.
    """
    below: dict[str, set[str]] = {}

    def descend(node: str, above: tuple[str, ...]) -> set[str]:
        if node in above:
            raise ValueError(f"a circle of imports: {' -> '.join((*above, node))}")
        if node not in below:
            reached = set(graph[node])
            for child in graph[node]:
                reached |= descend(child, (*above, node))
            below[node] = reached
        return below[node]

    for node in graph:
        descend(node, ())
    return {
        node: {one for one in used if not any(one in below[other] for other in used)}
        for node, used in graph.items()
    }


def picture(graph: Graph) -> str:
    """Write the graph as a Mermaid flowchart in a fenced block."""
    edges = [f"    {user} --> {used}" for user in graph for used in sorted(reduced(graph)[user])]
    return "\n".join(["```mermaid", "flowchart TD", *edges, "```", ""])


def drawn(page: str, graph: Graph) -> str:
    """Put the picture of ``graph`` between the two marks of ``page``."""
    return BETWEEN.sub(lambda _: picture(graph), page)


def main(arguments: list[str]) -> int:
    """Write or check; return the exit status."""
    page = PAGE.read_text(encoding="utf-8")
    wanted = drawn(page, imports())
    if arguments == ["--check"]:
        if page != wanted:
            print(f"{PAGE.name} is out of date: run python scripts/draw_packages.py")
        return int(page != wanted)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
