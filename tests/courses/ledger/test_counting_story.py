"""What counts toward the yearly targets, sentence by sentence as the rules say it (domain §8.8)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses import certificates, completion, ledger, policy, tally
from courses.ledger import NotCounted, counts, counts_q
from courses.models import Completion, CountEntry, Course, Target
from courses.policy import DEFAULTS
from courses.tally import Cut, Scope
from tests.factories import cards, catalogue, people
from tests.factories.completion import counted, revoked, submitted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 31)
TODAY_NOON = datetime(2026, 12, 31, 4, 0, tzinfo=UTC)


def figures(**fields):
    return tally.for_year(**{"year": 2026, "scope": Scope(), "as_of": None, "today": TODAY, **fields})


def test_59_the_targets_of_the_districts_stand_beside_the_citys() -> None:
    zhifu = catalogue.district()
    for district, amount in ((None, 30_000), (zhifu, 4_200)):
        tally.set_target(
            by=people.user(), year=2026, line="skills", district=district, amount=amount, source="文", now=TODAY_NOON
        )
    assert tally.targets_of(year=2026) == {("skills", ""): 30_000, ("skills", "zhifu"): 4_200}
    assert Target.objects.count() == 2


def test_60_the_unit_is_person_times_and_people_stand_beside_it(now) -> None:
    learner = people.learner(now=now)
    _first, later = counted(now=now, learner=learner)
    counted(now=later, learner=learner, course=catalogue.course(occupation=catalogue.occupation("baker")))
    line = figures().lines["skills"]
    assert (line.verified, line.people) == (2, 1)


def test_61_a_person_time_is_one_approved_completion_of_one_class_in_the_year_of_its_last_day(now) -> None:
    december = now.replace(month=12, day=20)
    done, _later = submitted(now=december)
    assert figures().lines["skills"].verified == 0
    entry = completion.approve(by=people.user(), completion=done, now=december + timedelta(days=30))
    assert entry is not None
    assert (entry.year, entry.posted_on.year) == (2026, 2027)


def test_61_by_a_dated_setting_the_year_is_that_of_the_first_certificate(now) -> None:
    december = now.replace(month=12, day=20)
    done, later = submitted(now=december, policy=catalogue.policy("by-certificate", count_date="certificate"))
    assert completion.approve(by=people.user(), completion=done, now=later) is None
    assert figures().lines["skills"].verified == 0
    january = datetime(2027, 1, 10, 4, 0, tzinfo=UTC)
    certificates.issue(by=people.user(), completion=done, now=january)
    assert figures().lines["skills"].verified == 0
    assert figures(year=2027, today=january.date()).lines["skills"].verified == 1


def test_62_duplicates_revoked_ones_red_cards_and_own_lines_never_count_and_the_reason_is_kept(now) -> None:
    learner = people.learner(now=now)
    first, later = counted(now=now, learner=learner)
    again, later = submitted(now=later, learner=learner, policy=catalogue.second_time_policy())
    carded, later = submitted(now=later)
    own, later = submitted(now=later, course=catalogue.course(kind=catalogue.kind("tot", "own", "tot", letter="T")))
    cards.shown(training_class=carded.enrolment.training_class, on=later.date(), now=later)
    for done in (again, carded, own):
        assert completion.approve(by=people.user(), completion=done, now=later) is None
    assert [done.not_counted for done in (again, carded, own)] == [
        NotCounted.DUPLICATE,
        NotCounted.RED_CARD,
        NotCounted.OWN_LINE,
    ]
    assert figures().lines["skills"].verified == 1
    revoked(first.completion, now=later)
    assert figures().lines["skills"].verified == 0


def test_62_beyond_the_limit_of_a_year_nobody_counts_and_the_reason_is_kept(now) -> None:
    """By default there is no such limit; where the bureau sets one, it holds for the classes approved under it."""
    learner, once = people.learner(now=now), catalogue.policy("once-a-year", counted_per_year=1)
    first, later = counted(now=now, learner=learner, policy=once)
    bread, later = submitted(now=later, learner=learner, policy=once, course=of_another("baker"))
    free, later = submitted(now=later, learner=learner, course=of_another("waiter"))
    rows = Completion.objects.select_related(*ledger.NEEDED).filter(pk__in=[bread.pk, free.pk]).order_by("pk")
    foreseen = {bread.pk: NotCounted.OVER_LIMIT, free.pk: None}
    assert ledger.foresee(completions=list(rows), now=later) == foreseen
    assert completion.approve(by=people.user(), completion=bread, now=later) is None
    assert bread.not_counted == NotCounted.OVER_LIMIT
    assert completion.approve(by=people.user(), completion=free, now=later) is not None
    assert figures().lines["skills"].verified == 2
    for one in (first, free.count_entries.get()):
        revoked(one.completion, now=later)
    bread.refresh_from_db()
    assert bread.not_counted == NotCounted.FREED, "somebody decides whether it counts now"
    assert completion.revoking.count_again(by=people.user(), completion=bread, reason="另一条已撤销", now=later)
    assert list(ledger.differences()) == []


@pytest.mark.parametrize("count_date", ["class_end", "approval"])
def test_62_a_line_taken_back_makes_room_in_its_own_year_and_in_no_other(now, count_date: str) -> None:
    learner, once = people.learner(now=now), catalogue.policy("once-a-year", counted_per_year=1, count_date=count_date)
    this, later = counted(now=now, learner=learner, policy=once)
    here, later = submitted(now=later, learner=learner, policy=once, course=of_another("baker"))
    assert completion.approve(by=people.user(), completion=here, now=later) is None
    january = datetime(2027, 1, 4, 1, tzinfo=now.tzinfo)
    that, later = counted(now=january, learner=learner, policy=once, course=of_another("waiter"))
    there, later = submitted(now=later, learner=learner, policy=once, course=of_another("welder"))
    assert completion.approve(by=people.user(), completion=there, now=later) is None
    assert [this.year, that.year] == [2026, 2027]

    def reasons() -> list[str]:
        return [Completion.objects.get(pk=row.pk).not_counted for row in (here, there)]

    assert reasons() == [NotCounted.OVER_LIMIT, NotCounted.OVER_LIMIT]
    revoked(that.completion, now=later)
    assert reasons() == [NotCounted.OVER_LIMIT, NotCounted.FREED]
    revoked(this.completion, now=later)
    assert reasons() == [NotCounted.FREED, NotCounted.FREED]
    here.refresh_from_db()
    line = completion.revoking.count_again(by=people.user(), completion=here, reason="另一条已撤销", now=later)
    assert (line.year, line.posted_on.year) == (2026, 2027), "the year of its own day, whenever somebody decides"
    assert list(ledger.differences()) == []


def of_another(occupation: str) -> Course:
    return catalogue.course(occupation=catalogue.occupation(occupation))


def test_63_a_completion_counts_for_one_target_only_unless_the_setting_says_otherwise(now) -> None:
    rows = [row(counted_on=date(2026, 3, 1), line=line) for line in ("skills", "entrepreneurship", "entrepreneurship")]
    batch(rows=rows, now=now)
    told = figures()
    assert {line: told.lines[line].verified for line in told.lines} == {"skills": 1, "entrepreneurship": 2}
    day = date(2026, 10, 1)
    document = {**DEFAULTS, "entrepreneurship_in_skills": True}
    policy.publish(by=None, number="inside", effective_on=day, document=document)
    told = figures()
    assert {line: told.lines[line].verified for line in told.lines} == {"skills": 3, "entrepreneurship": 2}
    assert {line: told.lines[line].people for line in told.lines} == {"skills": 3, "entrepreneurship": 2}
    lines = tally.entries(visible=CountEntry.objects.all(), cut=Cut(year=2026, line="skills", today=TODAY))
    assert lines.count() == 3
    # As of a day before the setting the figures are what was said on that day; the ledger holds three lines as ever.
    assert figures(as_of=day - timedelta(days=1)).lines["skills"].verified == 1
    assert CountEntry.objects.count() == 3


def test_66_every_figure_is_the_sum_of_the_lines_behind_it(now) -> None:
    entry, later = counted(now=now)
    revoked(entry.completion, now=later)
    counted(now=later, course=catalogue.course(occupation=catalogue.occupation("baker")))
    lines = tally.entries(visible=CountEntry.objects.all(), cut=Cut(year=2026, line="skills", today=TODAY))
    assert sum(line.amount for line in lines) == figures().lines["skills"].verified == 1


def test_persons_as_of_a_day_are_those_whose_lines_stood_on_it(now) -> None:
    entry, later = counted(now=now)
    undone = later + timedelta(days=20)
    revoked(entry.completion, now=undone)
    days = (entry.posted_on - timedelta(days=1), entry.posted_on, undone.date() - timedelta(days=1), undone.date())
    assert [figures(as_of=day).lines["skills"].people for day in days] == [0, 1, 1, 0]


@pytest.fixture
def many(now) -> list[Completion]:
    return [submitted(now=now, learner=people.learner(now=now))[0] for _ in range(2)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    states=st.lists(
        st.tuples(st.sampled_from(Completion.Status.values), st.sampled_from(["", *NotCounted])), min_size=2, max_size=2
    )
)
def test_one_q_names_what_counts_and_agrees_with_the_row_at_hand(many, states) -> None:
    officer = many[0].submitted_by
    for done, (status, reason) in zip(many, states, strict=True):
        approved = {"approved_by": people.user(), "approved_at": done.submitted_at}
        fields = approved if status in ("approved", "revoked") else {}
        Completion.objects.filter(pk=done.pk).update(status=status, not_counted=reason, **fields)
    assert officer is not None
    by_query = set(Completion.objects.filter(counts_q()))
    assert by_query == {done for done in Completion.objects.all() if counts(done)}


def test_what_counts_stands_in_the_ledger_and_nothing_else_does(now) -> None:
    entry, later = counted(now=now)
    submitted(now=later)
    standing = CountEntry.objects.filter(amount=1, reversal__isnull=True).values("completion")
    assert set(Completion.objects.filter(counts_q())) == {entry.completion}
    assert set(Completion.objects.filter(pk__in=standing)) == {entry.completion}
    assert list(ledger.differences()) == []
