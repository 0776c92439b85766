"""How the tests are dealt out to the processes of a run: in units that stay whole, the long ones first, so that the
processes end together.

A unit is a file; the races and whatever else needs the crowd or measures the machine are one; each mode of the pages
is one, as it takes as long as a hundred files.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

MODES = "tests/journeys/test_pages.py"
WALK = f"{MODES}::test_no_page_has_a_fault_that_axe_finds_or_scrolls_sideways"
LONGEST = f"{WALK}[desk-zh-hans]"
TOGETHER = tuple(f"tests/{folder}/" for folder in ("races", "kill", "bench", "drill"))
# One process makes the tables and the city for the first, the other meanwhile does what needs neither.
FIRST = (
    LONGEST, "tests/architecture/", "tests/test_run.py", "tests/lms/", MODES, *TOGETHER, "tests/journeys/",
    "tests/cms/",
)  # fmt: skip
# What no answer of a database is part of: on PostgreSQL it would be said a second time.
BLIND = (
    "tests/architecture/", "tests/lms/test_checks.py", "tests/lms/test_settings.py", "tests/cms/gate/",
    "tests/cms/test_motifs.py", "tests/journeys/test_modes.py", "tests/journeys/test_keys.py",
    "tests/courses/rosters/test_reading.py", "tests/static/", "tests/test_run.py", WALK,
)  # fmt: skip


class Dealing(LoadScopeScheduling):
    def __init__(self, config: Any, log: Any = None) -> None:
        # Else the units with the most tests come first, and those are none of the long ones.
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


def unit(nodeid: str) -> str:
    if nodeid.startswith(MODES):
        return nodeid
    return "together" if nodeid.startswith(TOGETHER) else nodeid.partition("::")[0]


def chosen(items: list[Any], *, long: bool, blind: bool) -> list[Any]:
    """What a run of everything holds: the long proofs or all others; `blind`, with what no database is part of."""
    kept = [item for item in items if bool(item.get_closest_marker("long")) == long]
    return kept if blind else [item for item in kept if not is_blind(item)]


def is_blind(item: Any) -> bool:
    return item.nodeid.startswith(BLIND) and not item.get_closest_marker("django_db")


def place(nodeid: str) -> int:
    """Where a test stands among the others; equals keep their order."""
    return next((number for number, start in enumerate(FIRST) if nodeid.startswith(start)), len(FIRST))
