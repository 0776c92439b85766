"""What may know what, beyond the contracts of .importlinter."""

import ast
from pathlib import Path

import pytest

from tests.architecture.trees import ROOT, domain, edge_of, imports, modules, place, tree

SCREEN_LIBRARIES = ("django.http", "django.shortcuts", "django.template", "django.urls", "django.views")
# The keeper of the doors must know which address belongs to which door.
MAY_KNOW_ADDRESSES = {"access"}

CLOCKS = {
    "timezone.now", "timezone.localtime", "timezone.localdate", "datetime.now", "datetime.utcnow", "datetime.today",
    "date.today", "time.time", "dt.datetime.now", "dt.datetime.utcnow", "dt.date.today", "datetime.datetime.now",
    "datetime.datetime.utcnow", "datetime.date.today",
}  # fmt: skip

WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
# Names whose methods are called like a write and are none, with the reason.
NOT_ROWS = {
    "form": "an allauth form hands over to the adapter, which makes the domain call",
    "hmac": "a digest takes bytes",
    "digest": "a digest takes bytes",
    "context": "a template's context is a dict",
    "cache": "a cache holds no row",
    "session": "a visitor's session is the framework's own row",
    "headers": "an answer's headers are a dict",
    "GET": "a copy of the query is a dict",
    "image": "a picture is written into an answer",
    "buffer": "an answer's bytes",
}
# Whole functions that may write, with the reason: `courses/web/x.py:function`.
MAY_WRITE: dict[str, str] = {}


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return ""


def clock_readings(path: Path) -> list[str]:
    """Calls of a clock, and clocks handed over as a value: `default=timezone.now`."""
    return [
        f"{place(path, node)} {name}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and (name := dotted(node)) in CLOCKS
    ]


def row_writes(path: Path) -> list[str]:
    """Calls that write a row: `x.save(`, `X.objects.create(` …, without those of NOT_ROWS and MAY_WRITE."""
    found = []
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for node in ast.walk(tree(path)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
            continue
        owner = dotted(node.func.value)
        if owner.removesuffix("()").rpartition(".")[2] in NOT_ROWS or "super()" in owner:
            continue
        around = next((f.name for f in functions if f.lineno <= node.lineno <= (f.end_lineno or 0)), "")
        if f"{path.relative_to(ROOT)}:{around}" not in MAY_WRITE:
            found.append(f"{place(path, node)} {owner}.{node.func.attr}")
    return found


def test_no_rule_knows_a_screen() -> None:
    found = [
        f"{place(path, node)} {name}"
        for path in domain()
        if edge_of(path) not in MAY_KNOW_ADDRESSES
        for name, node in imports(path)
        if name.startswith(SCREEN_LIBRARIES)
    ]
    assert found == []


def test_no_rule_reads_a_clock() -> None:
    assert [reading for path in domain() for reading in clock_readings(path)] == []


def test_no_screen_and_no_api_writes_a_row() -> None:
    edges = [path for path in modules("courses") if edge_of(path) in {"web", "api"}]
    assert [write for path in edges for write in row_writes(path)] == []


def test_every_exception_to_the_rule_still_exists() -> None:
    gone = []
    for entry in MAY_WRITE:
        file, _, function = entry.partition(":")
        path = ROOT / file
        names = (
            {node.name for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)} if path.exists() else ()
        )
        if function not in names:
            gone.append(entry)
    assert gone == []


def test_tasks_are_short() -> None:
    path = ROOT / "courses" / "tasks.py"
    lengths = {
        node.name: (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > 10} == {}


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("def rule():\n    return timezone.now()", True),
        ("class A:\n    at = DateTimeField(default=timezone.now)", True),
        ("def rule():\n    return dt.datetime.now(dt.UTC)", True),
        ("def rule(*, now):\n    return now.date()", False),
    ],
)
def test_the_clock_test_has_teeth(tmp_path: Path, source: str, caught: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    path = planted(tmp_path, source, monkeypatch)
    assert bool(clock_readings(path)) is caught


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("def view(request):\n    Enrolment.objects.filter(pk=1).update(status=2)", True),
        ("def view(request):\n    learner.save()", True),
        ("def view(request):\n    get_object_or_404(X, pk=1).delete()", True),
        ("def view(request):\n    context.update(a=1)", False),
        ("def view(request):\n    enrolment.withdraw(by=request.user)", False),
    ],
)
def test_the_writing_test_has_teeth(tmp_path: Path, source: str, caught: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    path = planted(tmp_path, source, monkeypatch)
    assert bool(row_writes(path)) is caught


def planted(folder: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tests.architecture.trees.ROOT", folder)
    monkeypatch.setattr("tests.architecture.test_direction.ROOT", folder)
    path = folder / "planted.py"
    path.write_text(source, encoding="utf-8")
    return path


# Who asks of many kinds of rows in one statement, and so takes the scope of somebody as a condition.
MAY_MOVE_SCOPES = {"courses/access", "courses/turns", "courses/enrolment/undecided.py"}


def test_the_scope_of_somebody_is_a_condition_only_where_the_queues_are_made() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in modules("courses")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) in {"under", "class_scope"}
    }
    assert found
    assert {path for path in found if not any(path.startswith(place) for place in MAY_MOVE_SCOPES)} == set()
