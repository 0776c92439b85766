"""At a size that measures nothing: every source tells the lines' figures, and one that does not is named."""

from datetime import UTC, datetime

import pytest
import time_machine

from courses.models import DailyTotal
from tests.courses.rosters.conftest import private_folder
from tests.drill import agree, chains

__all__ = ["private_folder"]
pytestmark = [pytest.mark.django_db, pytest.mark.long]
MIDDLE_OF_A_MONTH = datetime(2026, 11, 20, 2, tzinfo=UTC)  # on its first day a month has no line that could differ


@time_machine.travel(MIDDLE_OF_A_MONTH)
def test_every_source_tells_what_the_lines_say_and_one_that_does_not_is_named() -> None:
    agree.load(rows=2_000)
    found = agree.compare()
    assert found["faults"] == []
    assert found["compared"] > 400
    cell = DailyTotal.objects.filter(year=agree.this_year(), month=11).order_by("-posted_on")[0]
    DailyTotal.objects.filter(pk=cell.pk).update(count=cell.count + 1)
    named = {fault.split(" ")[0] for fault in agree.compare()["faults"]}
    assert named >= {"command", "API", "page", "workbook,", "letter,", "workbook", "letter", "dailytotal"}


def test_the_lines_are_what_the_evidence_says_and_each_alteration_on_the_way_is_named() -> None:
    chains.plant(chains=16 * chains.SIZE)
    told = chains.compare()
    assert (told["faults"], told["counted"]) == ([], 16 * 45)
    found = chains.alter(alterations=16)
    assert (found["found"], found["faults"]) == (16, [])
