"""Reading the project's own sources for the tests beside this file."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("courses", "cms", "lms")
# The edges of the domain: they may translate between the outside world and a rule.
EDGES = ("web", "api", "management", "templatetags", "tasks", "migrations")


@cache
def modules(package: str) -> tuple[Path, ...]:
    """Modules of a package without its migrations."""
    found = sorted((ROOT / package).rglob("*.py"))
    return tuple(path for path in found if "migrations" not in path.relative_to(ROOT).parts)


@cache
def domain() -> tuple[Path, ...]:
    """What decides: `courses` without its edges."""
    return tuple(path for path in modules("courses") if edge_of(path) not in EDGES)


def edge_of(path: Path) -> str:
    """The second part of the path: `web`, `tasks`, `ledger` …"""
    return path.relative_to(ROOT).parts[1].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def imports(path: Path) -> list[tuple[str, ast.AST]]:
    """Dotted names that a module imports, late imports included: `from a import b` gives `a` and `a.b`."""
    found: list[tuple[str, ast.AST]] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, node) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module, node))
            found += [(f"{node.module}.{alias.name}", node) for alias in node.names]
    return found


@cache
def templates() -> tuple[Path, ...]:
    folders = (ROOT / "templates", *(ROOT / package for package in PACKAGES))
    return tuple(sorted(path for folder in folders for path in folder.rglob("*.html")))


@cache
def tracked() -> tuple[Path, ...]:
    """Files that version control holds or would hold; outside a working copy, everything that is not made here."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())
