"""How the tests are dealt out to the processes of a run: in units that stay whole, the long ones first, so that the
processes end together.

A unit is a file; the races and whatever else needs the crowd or measures the machine are one; each mode of the pages
is one, as it takes as long as a hundred files.
"""

from xdist.scheduler import LoadScopeScheduling

MODES = "tests/journeys/test_pages.py"
TOGETHER = tuple(f"tests/{folder}/" for folder in ("races", "kill", "bench", "drill"))
# One process makes the tables and the city for the first, the other meanwhile does what needs neither.
FIRST = (MODES, "tests/architecture/", "tests/test_run.py", "tests/lms/", *TOGETHER, "tests/journeys/", "tests/cms/")


class Dealing(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


def unit(nodeid: str) -> str:
    if nodeid.startswith(MODES):
        return nodeid
    return "together" if nodeid.startswith(TOGETHER) else nodeid.partition("::")[0]


def place(nodeid: str) -> int:
    """Where a test stands among the others; equals keep their order."""
    return next((number for number, start in enumerate(FIRST) if nodeid.startswith(start)), len(FIRST))
