"""Counting toward the targets, sentence by sentence (domain §8.8, 64–69); 59–63 and 66 stand beside the ledger."""

from datetime import date, datetime, timedelta

import pytest
from docx import Document

from courses import certificates, completion, exports, ledger, policy, tally
from courses.exports import Wanted
from courses.ledger import LedgerRefused
from courses.models import Completion, CountEntry, DailyBreakdown, District, Lesson, RoomCheck, RoomCount, TrainingClass
from courses.policy import DEFAULTS
from courses.tally import By, Scope, State
from tests.factories import catalogue, people
from tests.factories.certificates import issued
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import counted, submitted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 31)


def skills(today: date = TODAY):
    return tally.for_year(year=2026, scope=Scope(), as_of=None, today=today).lines["skills"]


def test_64_enrolled_in_training_on_their_way_and_verified_stand_apart(now: datetime) -> None:
    counted(now=now)
    submitted(now=now)
    for status, seats in (("enrolling", 2), ("running", 3)):
        made = training_class(now=now)
        for _ in range(seats):
            enrolled(training_class=made, now=now)
        type(made).objects.filter(pk=made.pk).update(status=status)
    told = tally.for_year(year=2026, scope=Scope(), as_of=None, today=TODAY)
    assert (told.lines["skills"].verified, told.pending) == (1, 1)
    # The first two are past it, though their classes stand at enrolling still.
    assert (told.enrolled, told.in_training, told.certified) == (2, 3, 0)
    assert [figures_of(year).in_training for year in (2025, 2027)] == [0, 0], "each is of the classes of its year"


def figures_of(year: int) -> tally.YearTally:
    return tally.for_year(year=year, scope=Scope(), as_of=None, today=TODAY)


def test_64_certified_are_those_whose_certificate_stands(now: datetime) -> None:
    papers = [issued(now=now) for _ in range(3)]
    by, other = people.user(), people.user()
    for paper, kind in ((papers[0], "revoke"), (papers[1], "replace")):
        asked = certificates.ask(by=by, certificate=paper, kind=kind, reason="信息有误", now=now)
        certificates.agree(by=other, withdrawal=asked, now=now)
    assert [figures_of(year).certified for year in (2025, 2026, 2027)] == [0, 2, 0]
    assert Completion.objects.filter(tally.certified_q()).count() == 2


@pytest.mark.parametrize(("verified", "state"), [(45, State.OK), (44, State.SLOW), (40, State.SLOW), (39, State.LATE)])
def test_65_progress_is_held_against_the_share_of_the_year_that_is_gone(
    verified: int, state: State, now: datetime
) -> None:
    """A target of 100 when 183 of 365 days are gone asks for 50: less than 90 % of it is yellow, than 80 % red."""
    tally.set_target(by=people.user(), year=2026, line="skills", district=None, amount=100, source="文", now=now)
    batch(rows=[row(counted_on=date(2026, 3, 1), posted_on=date(2026, 3, 2)) for _ in range(verified)], now=now)
    told = skills(date(2026, 7, 2))
    assert (told.expected_today, told.state) == (50, state)
    marks = {**DEFAULTS, "pace_yellow": 100, "pace_red": 90}
    policy.publish(by=None, number="strict", effective_on=date(2026, 7, 1), document=marks)
    stricter = State.LATE if verified < 45 else State.SLOW
    assert skills(date(2026, 7, 2)).state == stricter, "the marks are numbers of policy"


def test_67_a_closed_month_takes_adjustments_with_their_reason_and_nothing_else(now: datetime) -> None:
    batch(rows=[row(counted_on=date(2026, 8, 3), posted_on=date(2026, 8, 20))], now=now)
    catalogue.policy()
    done, later = submitted(now=now - timedelta(days=25))
    tally.propose_close(by=people.user(), year=2026, month=8, now=now)
    with pytest.raises(LedgerRefused):
        completion.approve(by=people.user(), completion=done, now=now)
    entry = completion.approve(by=people.user(), completion=done, now=now, reason="补报材料")
    assert entry is not None
    assert (entry.is_adjustment, entry.reason, entry.month, later.month) == (True, "补报材料", 8, 8)
    assert list(ledger.differences()) == []


@pytest.mark.parametrize("by", [one for one in By if one != By.PROOF])
def test_68_the_year_is_broken_down_by_each_dimension_to_the_same_sum(by: By, now: datetime) -> None:
    counted(now=now)
    found = tally.breakdown(year=2026, scope=Scope(), by=by, today=TODAY)
    assert found.totals["skills"] == skills().verified == 1
    assert DailyBreakdown.objects.exists()


def test_68_a_person_time_stays_with_the_project_that_paid_for_its_class(now: datetime) -> None:
    funded = catalogue.project()
    entry, _later = counted(now=now, project=funded)
    TrainingClass.objects.filter(number=entry.class_number).update(project=None)
    (own,) = tally.breakdown(year=2026, scope=Scope(), by=By.PROJECT, today=TODAY).slices
    assert (own.value, own.label, own.counts["skills"]) == (funded.number, funded.name, 1)
    cell = tally.Cell("skills", project=funded.number)
    assert tally.verified_of(year=2026, cells=[cell], today=TODAY) == {cell: 1}
    found = tally.entries(visible=CountEntry.objects.all(), cut=tally.Cut(year=2026, project=funded.number))
    assert list(found) == [entry]


def test_69_the_circular_ranks_and_tells_progress_attendance_anomalies_and_inspections(now: datetime) -> None:
    """A draft for the city: one class that ended, seen in its room once, with something found."""
    entry, later = counted(now=now)
    city = people.staff(role="city", now=now)
    tally.set_target(by=city, year=2026, line="skills", district=None, amount=10, source="文", now=now)
    district = District.objects.get(key=entry.district)
    tally.set_target(by=city, year=2026, line="skills", district=district, amount=4, source="文", now=now)
    lesson = Lesson.objects.get(training_class__number=entry.class_number)
    seen = RoomCount.objects.create(
        lesson=lesson, counted=1, register_here=1, register_awaiting=0, due=1, by=city, at=lesson.starts_at
    )
    for version, conclusion in enumerate(("fine", "mend"), start=1):
        RoomCheck.objects.create(
            number=f"JC{version}", room_count=seen, version=version, conclusion=conclusion, found="教师换人",
            by=city, at=lesson.starts_at,
        )  # fmt: skip
    wanted = Wanted("circular", "docx", {"year": 2026, "month": 9})
    with exports.take(by=city, wanted=wanted, now=later + timedelta(days=1)).file as file:  # type: ignore[union-attr]
        text = "".join(line.text for line in Document(file).paragraphs)
    for words in (
        "按完成率从高到低依次为芝罘区（25.0%）",
        "完成年度目标10人次的10.0%",
        "本月结束的班次出勤率100.0%",
        "本月到教室检查1次，其中发现问题1次",
        "本月有待核对事项的课次",
    ):
        assert words in text
