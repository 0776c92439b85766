"""Size, names and text of the sources."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.trees import PACKAGES, ROOT, modules, place, tracked, tree

SHORT = ("web", "models", "api")
CEILING_SHORT, CEILING, CEILING_FUNCTION = 300, 400, 40
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "services", "service", "misc", "common", "manager"}
LINE = 120

MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|Users|opt|usr/local)/[\w.-]+|(?<![\w.])/tmp/[a-z]/")
REGISTRIES = re.compile(
    r"(?:pypi\.(?:org|tuna)|pythonhosted\.org|registry\.npmjs|unpkg\.com|jsdelivr\.net|mirrors?\.[\w-]+\.(?:com|edu|cn)"
    r"|--extra-index-url|--index-url|--find-links)"
)
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|NotImplementedError)\b")
TEXTS = {".py", ".html", ".txt", ".css", ".js", ".md", ".toml", ".in", ".yaml", ".yml", ".conf", ".sql", ".svg", ""}
THIS = Path(__file__)

ALL = [path for package in PACKAGES for path in modules(package)] + [ROOT / "run.py", ROOT / "deploy" / "group.py"]


def ceiling_of(path: Path) -> int:
    parts = path.relative_to(ROOT).parts
    return CEILING_SHORT if parts[0] == "courses" and parts[1] in SHORT else CEILING


def test_no_module_outgrows_its_ceiling() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in ALL}
    assert [f"{path.relative_to(ROOT)}: {size}" for path, size in sizes.items() if size > ceiling_of(path)] == []


def test_no_function_outgrows_its_ceiling() -> None:
    long = []
    for path in ALL:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > CEILING_FUNCTION:
                    long.append(f"{place(path, node)} {node.name}: {length}")
    assert long == []


def test_no_line_is_wider_than_a_screen() -> None:
    wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*ALL, *(ROOT / "tests").rglob("*.py"), ROOT / "manage.py"]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LINE
    ]
    assert wide == []


def test_no_module_is_named_for_being_left_over() -> None:
    assert [str(path.relative_to(ROOT)) for path in ALL if FORBIDDEN_NAMES & set(path.with_suffix("").parts)] == []


@pytest.mark.parametrize(
    ("pattern", "what"),
    [(MACHINE_PATHS, "a path of one machine"), (REGISTRIES, "a package registry"), (UNFINISHED, "a note to self")],
)
def test_tracked_texts_hold_nothing_of_one_machine_or_one_day(pattern: re.Pattern[str], what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]} is {what}"
        for path in tracked()
        if path.suffix in TEXTS and path != THIS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := pattern.search(line))
    ]
    assert found == []
