"""How tests are dealt out: what belongs together stays together, and the long ones come first."""

from tests.architecture.trees import ROOT
from tests.dealing import place, unit

DESK, SIGN_IN = "tests/courses/web/desk/test_queue.py::test_one", "tests/courses/web/account/test_views.py::test_one"
PAGES = [f"tests/journeys/test_pages.py::test_no_page[{mode}]" for mode in ("a/b-zh", "c-en")]
RACE, KILL, GATES = "tests/races/test_seats.py::a", "tests/kill/test_kill.py::b", "tests/architecture/test_gates.py::c"


def test_a_file_is_a_unit_and_what_needs_the_crowd_is_one() -> None:
    assert unit(DESK) == unit("tests/courses/web/desk/test_queue.py::test_two[a::b]") != unit(SIGN_IN)
    assert unit(RACE) == unit(KILL) != unit(GATES)


def test_each_round_over_the_pages_is_a_unit_by_itself() -> None:
    assert len({unit(one) for one in PAGES}) == 2


def test_the_pages_come_first_and_beside_them_what_needs_no_tables() -> None:
    assert sorted([DESK, RACE, GATES, PAGES[0]], key=place) == [PAGES[0], GATES, RACE, DESK]


def test_no_test_empties_the_database_for_those_that_come_after_it() -> None:
    """What must be seen outside a transaction has a database of its own: the fixtures `own_ground` and `arena`."""
    marks = ("transaction" + "=True", "transactional" + "_db", "Transaction" + "TestCase", "live" + "_server")
    files = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
    assert [str(path) for path, text in files.items() if any(mark in text for mark in marks)] == []
