"""Targets are added, never changed; the highest version holds."""

from datetime import date, timedelta

import pytest

from courses.models import AuditEvent, Target
from courses.tally import TargetRefusal, TargetRefused, set_target, targets_of
from tests.factories import catalogue, people

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
