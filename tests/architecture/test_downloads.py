"""Nothing leaves the house unwritten: a file is answered in one module, and who calls which of its ways is known."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.trees import ROOT, modules, tree

ONLY = "courses/web/attachments.py"
ANSWERS = {"FileResponse", "StreamingHttpResponse", "as_attachment", "Content-Disposition"}
# Looks that are kept, and gates behind which a file is its reader's own.
LOOKS, OWN_GATES = {"look", "look_behind"}, {"learner_only"}
# Files without a row in the records, each with the reason.
NO_ROW = {
    "blank": {
        "courses/web/desk/groups.py": "the template of a roster holds one example that is nobody",
        "courses/web/desk/rosters.py": "the template of a roster holds one example that is nobody",
        "courses/web/desk/opening.py": "the timetable of a class names no learner",
    },
    "returned": {"courses/web/public/verify_list.py": "a visitor gets back the table that they sent"},
    "own_paper": {
        "courses/web/certificates.py": "the paper of one certificate, asked for by its holder only",
        "courses/web/my/enrolment.py": "one's own lessons as a calendar",
    },
}


def answering(path: Path, source: ast.Module) -> Iterator[str]:
    """Where a module answers a file by itself."""
    for node in ast.walk(source):
        said = None
        if isinstance(node, ast.Name):
            said = node.id
        elif isinstance(node, ast.Attribute):
            said = node.attr
        elif isinstance(node, ast.keyword):
            said = node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            said = node.value
        if said in ANSWERS:
            yield f"{path}:{getattr(node, 'lineno', 0)}"


def callers(name: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions that call one of the ways, with the module of each."""
    for package in ("courses", "cms", "lms"):
        for path in modules(package):
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.FunctionDef) and name in called(node):
                    yield str(path.relative_to(ROOT)), node


def called(node: ast.AST) -> set[str]:
    calls = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    return {one.id if isinstance(one, ast.Name) else getattr(one, "attr", "") for one in calls}


def unlooked(node: ast.FunctionDef) -> bool:
    """Whether a citizen's file is handed over with no look kept, and not to its owner."""
    gates = {one.id for one in node.decorator_list if isinstance(one, ast.Name)}
    return not (gates & OWN_GATES or called(node) & LOOKS)


def test_a_file_is_answered_in_one_module_only() -> None:
    found = [
        place
        for package in ("courses", "cms", "lms")
        for path in modules(package)
        if str(path.relative_to(ROOT)) != ONLY
        for place in answering(path.relative_to(ROOT), tree(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "careless",
    [
        "def view(request):\n    return FileResponse(open('x'), as_attachment=True)",
        "def view(request):\n    answer['Content-Disposition'] = 'attachment; filename=x'",
        "def view(request):\n    return http.StreamingHttpResponse(rows)",
    ],
)
def test_a_view_that_answers_an_attachment_by_itself_is_found(careless: str) -> None:
    assert list(answering(Path("courses/web/desk/careless.py"), ast.parse(careless)))


def test_what_is_downloaded_has_its_row_by_type() -> None:
    """`download` takes nothing but a `Given`, and there is no `Given` without its row; mypy holds callers to it."""
    told = {
        argument.arg: ast.unparse(argument.annotation)
        for node in ast.walk(tree(ROOT / ONLY))
        if isinstance(node, ast.FunctionDef) and node.name == "download"
        for argument in node.args.args
        if argument.annotation
    }
    assert told == {"given": "Given", "name": "str"}
    assert len({place for place, _node in callers("download")}) >= 7


@pytest.mark.parametrize("way", NO_ROW)
def test_what_leaves_without_a_row_is_known_with_its_reason(way: str) -> None:
    assert {place for place, _node in callers(way)} == set(NO_ROW[way])


def test_a_citizens_file_goes_to_its_owner_or_the_look_is_kept() -> None:
    found = list(callers("attachment"))
    assert len(found) >= 7
    assert [f"{place}:{node.lineno}" for place, node in found if unlooked(node)] == []


def test_a_view_that_hands_over_a_citizens_file_unseen_is_found() -> None:
    careless = "@allow(Permission.SEE_PROOFS)\ndef view(request):\n    return attachment(content=proofs.content_of(p))"
    (node,) = ast.parse(careless).body
    assert isinstance(node, ast.FunctionDef)
    assert unlooked(node)
