"""A difference that somebody plants is found, and the row is named."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from courses import ledger, tally
from courses.models import (
    Attendance,
    Completion,
    CountClaim,
    DailyBreakdown,
    DailyTotal,
    HeadCount,
    OpeningBatch,
    PersonCount,
    TrainingClass,
)
from tests.append_only import lift, restore
from tests.factories import catalogue, people
from tests.factories.completion import counted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(now):
    """A line with its whole chain, and a batch beside it."""
    made, _later = counted(now=now)
    batch(rows=[row(), row()], now=now)
    return made


def _one_more(model, figure="count"):
    def plant(entry) -> None:
        cell = model.objects.filter(year=2026).earliest("pk")
        setattr(cell, figure, getattr(cell, figure) + 1)
        cell.save()

    return plant


def _stray_total(entry) -> None:
    DailyTotal.objects.create(
        year=2026, month=9, line="skills", district="zhifu", institution="J9", kind="x", posted_on=entry.posted_on,
        count=3,
    )  # fmt: skip


def _edited_line(entry) -> None:
    lift(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE courses_countentry SET district = 'laishan' WHERE id = %s", [entry.pk])
    restore(connection)


PLANTED = {
    "dailytotal 2026": _one_more(DailyTotal),
    "dailytotal 2026 skills zhifu 9 J9": _stray_total,
    "dailybreakdown 2026": _one_more(DailyBreakdown),
    "personcount 2026": _one_more(PersonCount),
    "headcount 2026": _one_more(HeadCount, "people"),
    "dailytotal 2026 skills laishan": _edited_line,
    "count entry": lambda entry: CountClaim.objects.filter(entry=entry).delete(),
    "claim of count entry": lambda entry: CountClaim.objects.filter(entry=entry).update(key="module:other"),
    "completion": lambda entry: Completion.objects.update(not_counted="red_card"),
    "opening batch": lambda entry: OpeningBatch.objects.update(total=3),
    "class": lambda entry: TrainingClass.objects.update(taken=7),
    "attendance of class": lambda entry: Attendance.objects.update(minutes=1),
}


def test_where_nothing_differs_the_command_says_so_and_keeps_the_check(entry, capsys) -> None:
    call_command("check_consistency")
    assert "No difference" in capsys.readouterr().out
    assert tally.last_check().differences == 0


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_difference_is_named_and_ends_the_command_with_an_error(entry, capsys, name) -> None:
    PLANTED[name](entry)
    with pytest.raises(CommandError):
        call_command("check_consistency")
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if line.startswith(name)], said
    assert tally.last_check().differences == len(said)


def test_a_duplicate_whose_rival_is_gone_is_named(now, entry) -> None:
    done = Completion.objects.get()
    ledger.reverse(by=done.proposed_by, completion=done, reason="test", now=now + timedelta(days=30))
    Completion.objects.update(not_counted="duplicate")
    assert [row for row, _what in ledger.differences()] == [f"completion {done.number}"]


def test_more_lines_of_one_person_than_the_rule_of_the_class_lets_count_are_named(now) -> None:
    learner, once = people.learner(now=now), catalogue.policy("once-a-year", counted_per_year=1)
    _first, later = counted(now=now, learner=learner)
    bread = catalogue.course(occupation=catalogue.occupation("baker"))
    second, later = counted(now=later, learner=learner, course=bread)
    assert list(ledger.differences()) == []
    TrainingClass.objects.filter(enrolments__completion=second.completion_id).update(policy=once)
    assert [row for row, _what in ledger.differences()] == [f"count entry {second.code}"]


def test_rebuilding_mends_the_rollups(entry) -> None:
    for name in ("dailytotal 2026", "dailybreakdown 2026", "personcount 2026", "headcount 2026"):
        PLANTED[name](entry)
    assert len(list(ledger.differences())) >= 4
    ledger.rebuild_rollups()
    assert list(ledger.differences()) == []


def test_the_last_check_is_the_latest_one() -> None:
    assert tally.last_check().differences is None
    for found in (0, 4):
        tally.record_check(differences=found, now=timezone.now())
    assert (tally.last_check().differences, tally.last_check().clean) == (4, False)


def test_a_check_that_breaks_off_is_no_clean_one(entry, monkeypatch) -> None:
    def breaks() -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(ledger, "differences", breaks)
    with pytest.raises(OSError, match="disk"):
        call_command("check_consistency")
    assert tally.last_check().named == ("the check broke off: OSError",)
    with pytest.raises(tally.ReportLocked):
        tally.refuse_when_drifted()
