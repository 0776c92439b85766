"""Targets are added, never changed; the highest version holds."""

from datetime import date, timedelta

import pytest

from courses.models import AuditEvent, Project, Target
from courses.tally import (
    Balance,
    Cell,
    TargetRefusal,
    TargetRefused,
    balances,
    set_target,
    set_targets,
    targets_of,
    verified_of,
)
from tests.factories import catalogue, people
from tests.factories.completion import counted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


def put(amount, now, district=None, source="年度计划"):
    return set_target(
        by=people.user(), year=2026, line="skills", district=district, amount=amount, source=source, now=now
    )


def test_a_new_version_holds_and_the_earlier_one_stays(now) -> None:
    zhifu = catalogue.district()
    put(30_000, now)
    put(3_600, now, zhifu)
    put(3_800, now, zhifu)
    assert targets_of(year=2026) == {("skills", ""): 30_000, ("skills", "zhifu"): 3_800}
    assert list(Target.objects.filter(district=zhifu).values_list("version", "amount")) == [(1, 3_600), (2, 3_800)]
    assert AuditEvent.objects.filter(verb="target_set").count() == 3


def test_a_day_knows_the_version_of_that_day_and_the_first_one_before_it_was_entered(now) -> None:
    put(30_000, now)
    put(31_000, now + timedelta(days=10))
    known = {day: targets_of(year=2026, as_of=day)["skills", ""] for day in (date(2026, 1, 1), date(2026, 9, 23))}
    assert known == {date(2026, 1, 1): 30_000, date(2026, 9, 23): 30_000}
    assert targets_of(year=2026, as_of=date(2026, 9, 24)) == {("skills", ""): 31_000}


def test_without_a_source_nothing_is_set(now) -> None:
    with pytest.raises(TargetRefused) as refused:
        put(30_000, now, source="  ")
    assert refused.value.code == TargetRefusal.SOURCE_MISSING
    assert not Target.objects.exists()


def test_a_sheet_is_set_whole_or_not_at_all(now) -> None:
    catalogue.district()
    sheet = {Cell("skills"): 30_000, Cell("skills", "zhifu"): 3_600}
    for spoiled in (Cell("skills", "atlantis"), Cell("skills", institution="J001"), Cell("skills", brand="none")):
        with pytest.raises(TargetRefused):
            set_targets(by=people.user(), year=2026, amounts={**sheet, spoiled: 1}, source="年度计划", now=now)
    with pytest.raises(TargetRefused) as refused:
        set_targets(by=people.user(), year=2026, amounts={**sheet, Cell("skills"): -1}, source="年度计划", now=now)
    assert refused.value.code == TargetRefusal.NOT_A_NUMBER
    assert not Target.objects.exists()
    assert len(set_targets(by=people.user(), year=2026, amounts=sheet, source="年度计划", now=now)) == 2


def test_a_target_below_a_district_leaves_the_district_s_alone(now) -> None:
    zhifu, school = catalogue.district(), catalogue.institution()
    put(3_600, now, zhifu)
    below = Cell("skills", "zhifu", institution=school.number)
    set_targets(by=people.user(), year=2026, amounts={below: 70}, source="区里分解", now=now)
    assert targets_of(year=2026) == {("skills", "zhifu"): 3_600}


def test_every_whole_stands_beside_the_sum_of_its_parts() -> None:
    amounts = {
        Cell("skills"): 100,
        Cell("skills", "a"): 60,
        Cell("skills", "b"): 40,
        Cell("skills", "a", institution="J1"): 61,
        Cell("skills", brand="x"): 7,
        Cell("skills", "b", brand="x"): 50,
    }
    found = balances(amounts=amounts)
    assert found == [
        Balance(Cell("skills"), "district", 100, 100),
        Balance(Cell("skills"), "brand", 100, 7),
        Balance(Cell("skills", "a"), "institution", 60, 61),
        Balance(Cell("skills", "b"), "brand", 40, 50),
    ]
    assert [one.is_even for one in found] == [True, True, False, False]


def test_each_target_is_held_against_the_person_times_of_its_own_cut(now) -> None:
    rows = [row(counted_on=date(2026, 3, 5), posted_on=date(2026, 3, 20), brand="lucai") for _ in range(3)]
    rows += [row(counted_on=date(2026, 3, 5), posted_on=date(2026, 5, 20), district="laishan", institution="J002")]
    batch(rows=rows, now=now)
    cells = [
        Cell("skills"),
        Cell("skills", "zhifu"),
        Cell("skills", "laishan", institution="J002"),
        Cell("skills", "zhifu", institution="J002"),
        Cell("skills", brand="lucai"),
        Cell("skills", "laishan", brand="lucai"),
        Cell("entrepreneurship"),
    ]
    assert list(verified_of(year=2026, cells=cells, today=date(2026, 12, 31)).values()) == [4, 3, 1, 0, 3, 0, 0]
    early = verified_of(year=2026, cells=cells, today=date(2026, 12, 31), as_of=date(2026, 4, 1))
    assert list(early.values()) == [3, 3, 0, 0, 3, 0, 0]


def test_a_project_s_target_is_held_against_the_classes_that_it_pays_for(now) -> None:
    number = "X1"
    paying = Project.objects.create(
        number=number,
        name="海工",
        sponsor="市人社局",
        planned=10,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
    )
    entry, _later = counted(now=now, project=paying)
    cells = [Cell(entry.line, project=number), Cell(entry.line, entry.district, project=number)]
    assert list(verified_of(year=entry.year, cells=[*cells, Cell(entry.line)], today=date(2026, 12, 31)).values()) == [
        1,
        1,
        1,
    ]
