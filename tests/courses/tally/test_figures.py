"""The year's figures: from roll-ups, by day of posting, the same for every reader."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from courses import completion, tally
from courses.models import District, TrainingClass
from courses.tally import Scope, State
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import counted, revoked, submitted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 14)
SKILLS, START = "skills", "entrepreneurship"


def of(year: int = 2026, district: str | None = None, as_of: date | None = None, today: date = TODAY):
    return tally.for_year(year=year, scope=Scope(district), as_of=as_of, today=today)


@pytest.fixture
def districts() -> list[District]:
    return [
        catalogue.district(),
        catalogue.district("laishan", "莱山区", "370613"),
        catalogue.district("fushan", "福山区", "370611"),
    ]


@pytest.fixture
def targets(districts, now) -> None:
    officer = people.user()
    amounts = {None: 100, districts[0]: 60, districts[1]: 10}
    for district, amount in amounts.items():
        for line in (SKILLS, START):
            tally.set_target(
                by=officer, year=2026, line=line, district=district, amount=amount, source="年度计划", now=now
            )


@pytest.fixture
def ledger_lines(districts, now) -> None:
    """Eight person-times of skills and one of entrepreneurship this year, two of last year, one of next month."""
    twice = uuid4()
    rows = [
        *[row(counted_on=date(2026, 3, 5), posted_on=date(2026, 3, 20)) for _ in range(3)],
        row(counted_on=date(2026, 3, 5), posted_on=date(2026, 3, 20), person=twice),
        row(counted_on=date(2026, 8, 30), posted_on=date(2026, 9, 8), person=twice),
        row(counted_on=date(2026, 8, 30), posted_on=date(2026, 9, 7), person=twice, district="laishan"),
        *[row(counted_on=date(2026, 9, 1), posted_on=TODAY, district="laishan") for _ in range(2)],
        row(counted_on=date(2026, 9, 1), posted_on=TODAY, line=START),
        *[row(counted_on=date(2025, 12, 1), posted_on=date(2026, 1, 4)) for _ in range(2)],
    ]
    batch(rows=rows, now=now)


def test_person_times_and_people_are_two_figures(targets, ledger_lines) -> None:
    figures = of()
    skills = figures.lines[SKILLS]
    assert (skills.verified, skills.people, skills.target) == (8, 6, 100)
    assert (figures.lines[START].verified, figures.lines[START].people) == (1, 1)
    assert skills.monthly == (0, 0, 4, 0, 0, 0, 0, 2, 2, 0, 0, 0)
    assert skills.last_year == (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2)
    assert skills.weekly == (0, 0, 0, 0, 0, 0, 1, 3)
    assert (skills.expected_today, skills.lead, skills.state) == (70, -62, State.LATE)


def test_a_district_sees_itself_alone_and_its_own_target(targets, ledger_lines) -> None:
    figures = of(district="laishan")
    skills = figures.lines[SKILLS]
    assert (skills.verified, skills.people, skills.target) == (3, 3, 10)
    assert [row.district.key for row in figures.districts] == ["laishan"]


def test_the_league_goes_by_the_share_of_the_own_target_and_those_without_stand_last(targets, ledger_lines) -> None:
    rows = of().districts
    assert [(row.rank, row.district.key) for row in rows] == [(1, "laishan"), (2, "zhifu"), (3, "fushan")]
    first = rows[0].lines[SKILLS]
    assert (first.verified, first.target, first.tenths, first.expected) == (3, 10, 300, 7)
    assert rows[2].lines[SKILLS].state == State.NO_TARGET
    assert rows[0].weekly == (0, 0, 0, 0, 0, 0, 1, 2)
    assert sum(row.lines[SKILLS].verified for row in rows) == of().lines[SKILLS].verified


def test_ranks_are_not_decided_by_rounding(now, districts) -> None:
    """40.02 % before 40.01 %, in the order of neither the list nor the rounded figures."""
    officer = people.user()
    for district, amount in zip(districts, (9_997, 9_995, 1), strict=True):
        tally.set_target(
            by=officer, year=2026, line=SKILLS, district=district, amount=amount, source="年度计划", now=now
        )
    places = ["zhifu"] * 4 + ["laishan"] * 4
    batch(rows=[row(counted_on=TODAY, posted_on=TODAY, district=place) for place in places], now=now)
    assert [row.district.key for row in of().districts] == ["laishan", "zhifu", "fushan"]


def test_as_of_knows_what_was_posted_by_that_day_and_no_figures_of_now(targets, ledger_lines) -> None:
    figures = of(as_of=date(2026, 9, 7))
    assert (figures.lines[SKILLS].verified, figures.lines[SKILLS].people) == (5, 4)
    assert figures.lines[START].verified == 0
    assert figures.lines[SKILLS].last_year[11] == 2
    assert (figures.enrolled, figures.in_training, figures.pending) == (None, None, None)
    assert of(as_of=date(2026, 9, 7), district="laishan").lines[SKILLS].people == 1
    assert of(as_of=TODAY).lines[SKILLS].people == of().lines[SKILLS].people == 6


@pytest.mark.parametrize(
    ("today", "then"),
    [("02-27", 0), ("02-28", 1), ("03-01", 2), ("06-30", 2), ("07-01", 2), ("09-30", 2), ("10-01", 3), ("12-31", 3)],
)
def test_last_year_is_told_as_it_stood_on_the_same_day_of_it(today, then, now, districts) -> None:
    posted = [date(2025, 2, 28), date(2025, 3, 1), date(2025, 10, 1), date(2026, 1, 4)]
    batch(rows=[row(counted_on=date(2025, 1, 9), posted_on=day, district="fushan") for day in posted], now=now)
    day = date.fromisoformat(f"2026-{today}")
    for district, told in ((None, then), ("fushan", then), ("laishan", 0)):
        assert of(today=day, district=district).lines[SKILLS].then == told
        assert of(today=date(2026, 12, 31), as_of=day, district=district).lines[SKILLS].then == told
    assert of(today=day).lines[SKILLS].last_year[0] == 4


def test_a_day_to_come_is_today(targets, ledger_lines) -> None:
    assert of(as_of=date(2027, 1, 1)).as_of == TODAY


def test_a_reversal_shows_from_its_own_day_on_in_the_month_of_what_it_takes_back(now) -> None:
    entry, later = counted(now=now)
    undone = later + timedelta(days=20)
    assert entry.completion is not None
    revoked(entry.completion, now=undone)
    before, after = undone.date() - timedelta(days=1), undone.date()
    then = of(as_of=before, today=after).lines[SKILLS]
    assert (then.verified, then.people, then.monthly[8]) == (1, 1, 1)
    since = of(as_of=after, today=after).lines[SKILLS]
    assert (since.verified, since.people, since.monthly[8]) == (0, 0, 0)
    assert of(as_of=after, today=after + timedelta(days=1)).lines[SKILLS].people == 0


def test_verified_in_training_enrolled_and_pending_stand_apart(now, districts) -> None:
    submitted(now=now)
    counted(now=now, course=catalogue.course(occupation=catalogue.occupation("welder", "焊工")))
    to_come = training_class(now=now, district=districts[1])
    enrolled(training_class=to_come, now=now)
    enrolled(training_class=to_come, now=now)
    running = training_class(now=now)
    enrolled(training_class=running, now=now)
    running.refresh_from_db()
    running.status = "running"
    running.save()
    figures = of()
    # The classes of the first two stand at enrolling still, and nobody is told twice for that.
    assert (figures.lines[SKILLS].verified, figures.pending) == (1, 1)
    assert (figures.enrolled, figures.in_training) == (2, 1)
    assert {row.district.key: (row.enrolled, row.in_training) for row in figures.districts} == {
        "zhifu": (0, 1),
        "laishan": (2, 0),
        "fushan": (0, 0),
    }
    assert {row.district.key: row.pending for row in figures.districts} == {"zhifu": 1, "laishan": 0, "fushan": 0}
    assert (of(district="laishan").enrolled, of(district="laishan").pending) == (2, 0)


def test_the_figures_of_now_stand_by_line_and_kinds_beside_the_targets_apart(now, districts) -> None:
    own = catalogue.course(kind=catalogue.kind("tot", "own", "tot", letter="T"))
    submitted(now=now)
    submitted(now=now, course=own)
    enrolled(training_class=training_class(now=now, course=own), now=now)
    figures = of()
    assert {line: (one.enrolled, one.pending) for line, one in figures.stages.items()} == {
        "skills": (0, 1),
        "entrepreneurship": (0, 0),
        "own": (1, 1),
    }
    assert (figures.pending, figures.enrolled) == (2, 1), "of every class, whatever it counts toward"
    zhifu = next(row for row in figures.districts if row.district.key == "zhifu")
    assert (zhifu.stages["skills"].pending, zhifu.stages["own"].pending) == (1, 1)
    plain = tally.as_json(figures)
    assert [(one["line"], one["pending"]) for one in plain["stages"]] == [
        ("skills", 1),
        ("entrepreneurship", 0),
        ("own", 1),
    ]
    assert plain["rejected"] == 0
    told = {(one["district"], one["line"]): one["pending"] for one in plain["districts"]}
    assert (told["zhifu", "skills"], told["zhifu", "entrepreneurship"], told["laishan", "skills"]) == (1, 0, 0)


def test_one_person_time_stands_in_one_stage_from_the_seat_to_the_count_and_back(now, districts) -> None:
    """Enrolled, pending, back in training when it is returned, verified; revoked, in none of them."""

    def stages() -> tuple[int | None, ...]:
        figures = of()
        return figures.enrolled, figures.in_training, figures.pending, figures.lines[SKILLS].verified

    done, later = submitted(now=now)
    assert stages() == (0, 0, 1, 0)
    row = TrainingClass.objects.filter(enrolments__completion=done)
    row.update(status="running")
    assert stages() == (0, 0, 1, 0)
    completion.send_back(by=people.user(), completion=done, reason="请补签到表", now=later)
    assert stages() == (0, 1, 0, 0)
    again = completion.propose(by=done.proposed_by, enrolment=done.enrolment, now=later)
    completion.submit(by=people.user(), completion=again, now=later)
    completion.approve(by=people.user(), completion=again, now=later)
    for status in ("enrolling", "running", "assessing"):
        row.update(status=status)
        assert stages() == (0, 0, 0, 1)
    revoked(again, now=later)
    assert stages() == (0, 0, 0, 0)


def test_the_seats_of_a_suspended_class_stand_in_no_stage_until_it_goes_on(now, districts) -> None:
    row = enrolled(training_class=training_class(now=now), now=now)
    of_class = TrainingClass.objects.filter(pk=row.training_class_id)
    for status, stages in (("enrolling", (1, 0)), ("suspended", (0, 0)), ("running", (0, 1)), ("suspended", (0, 0))):
        of_class.update(status=status)
        assert (of().enrolled, of().in_training) == stages


def test_the_tally_asks_six_questions_whatever_the_ledger_holds(
    targets, ledger_lines, django_assert_num_queries
) -> None:
    with django_assert_num_queries(6):
        of()
    batch(rows=[row(counted_on=TODAY, posted_on=TODAY) for _ in range(50)], now=people.user().date_joined)
    with django_assert_num_queries(6):
        of()


def test_plain_values_are_the_same_figures(targets, ledger_lines) -> None:
    figures = of()
    plain = tally.as_json(figures)
    assert {one["line"]: (one["verified"], one["people"], one["target"]) for one in plain["lines"]} == {
        SKILLS: (8, 6, 100),
        START: (1, 1, 100),
    }
    assert sum(one["verified"] for one in plain["districts"]) == 9
    assert (plain["year"], plain["as_of"]) == (2026, TODAY)
