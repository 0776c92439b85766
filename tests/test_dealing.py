"""How tests are dealt out: what belongs together stays together, and the long ones come first."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from tests.architecture.trees import ROOT
from tests.dealing import BLIND, LONGEST, Dealing, chosen, place, unit

DESK, SIGN_IN = "tests/courses/web/desk/test_queue.py::test_one", "tests/courses/web/account/test_views.py::test_one"
PAGES = [f"tests/journeys/test_pages.py::test_no_page[{mode}]" for mode in ("a/b-zh", "c-en")]
RACE, KILL, GATES = "tests/races/test_seats.py::a", "tests/kill/test_kill.py::b", "tests/architecture/test_gates.py::c"


def test_a_file_is_a_unit_and_what_needs_the_crowd_is_one() -> None:
    assert unit(DESK) == unit("tests/courses/web/desk/test_queue.py::test_two[a::b]") != unit(SIGN_IN)
    assert unit(RACE) == unit(KILL) != unit(GATES)


def test_each_round_over_the_pages_is_a_unit_by_itself() -> None:
    assert len({unit(one) for one in PAGES}) == 2


def test_the_longest_comes_first_and_beside_it_what_needs_no_tables() -> None:
    assert sorted([DESK, RACE, PAGES[0], GATES, LONGEST], key=place) == [LONGEST, GATES, PAGES[0], RACE, DESK]
    file, _, name = LONGEST.partition("::")
    assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")


class Item:
    """A test as it was collected."""

    def __init__(self, nodeid: str, *marks: str) -> None:
        self.nodeid, self.marks = nodeid, marks

    def get_closest_marker(self, name: str) -> bool | None:
        return name in self.marks or None


def test_each_test_is_run_by_exactly_one_of_the_two_verbs() -> None:
    walk, seats, gates = Item(LONGEST, "browser", "long"), Item(RACE, "django_db"), Item(GATES)
    everything = [walk, seats, gates]
    assert chosen(everything, long=True, blind=True) == [walk]
    assert chosen(everything, long=True, blind=False) == []
    assert chosen(everything, long=False, blind=True) == [seats, gates]
    assert chosen(everything, long=False, blind=False) == [seats]


def test_what_is_left_out_on_postgresql_is_there_and_never_asks_which_database_it_has() -> None:
    for start in BLIND:
        place = ROOT / start.partition("::")[0]
        files = list(place.rglob("*.py")) if place.is_dir() else [place]
        assert files, start
        words = "".join(file.read_text(encoding="utf-8") for file in files)
        assert ".vendor" not in words, start
        assert "own_ground" not in words, start


def test_a_long_proof_that_is_left_out_on_postgresql_is_named_to_the_proof_of_a_clean_machine() -> None:
    files = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    }
    blind = tuple(start.partition("::")[0] for start in BLIND)
    long = sorted(name for name, text in files.items() if name.startswith(blind) and "pytest.mark." + "long" in text)
    [named] = re.findall('^blind="(.*)"$', (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    assert named.split() == long


class Process:
    """One process of a run, as its scheduler sees it; keeps what it was given to do."""

    shutting_down = False

    def __init__(self) -> None:
        self.gateway, self.given = SimpleNamespace(id="gw0"), list[int]()

    def send_runtest_some(self, places: list[int]) -> None:
        self.given += places

    def shutdown(self) -> None:
        """A process that has nothing to do."""


def test_units_are_dealt_in_that_order_however_many_tests_they_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xdist.scheduler.loadscope.parse_tx_spec_config", lambda config: ["popen"])
    dealing = Dealing(SimpleNamespace(option=SimpleNamespace(loadscopereorder=True)))
    process: Any = Process()
    dealing.add_node(process)
    dealing.add_node_collection(process, [LONGEST, GATES, f"{DESK}_one", f"{DESK}_two", f"{DESK}_three"])
    dealing.schedule()
    assert process.given == [0, 1]


def test_no_test_empties_the_database_for_those_that_come_after_it() -> None:
    """What must be seen outside a transaction has a database of its own: the fixtures `own_ground` and `arena`."""
    marks = ("transaction" + "=True", "transactional" + "_db", "Transaction" + "TestCase", "live" + "_server")
    files = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
    assert [str(path) for path, text in files.items() if any(mark in text for mark in marks)] == []
