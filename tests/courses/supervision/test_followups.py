"""Those who completed are asked three, six and twelve months later; each moment opens, is entered, and closes."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from courses import supervision
from courses.models import AuditEvent, Completion, FollowUp, Institution, PersonMerge, Reveal, TrainingClass
from courses.people.credit_codes import CreditCodeRefused
from courses.policy import CITY_TIME, DEFAULTS, PolicyRefused, validate
from courses.supervision import FollowUpRefusal, FollowUpRefused, Said
from courses.supervision.followups import months_after
from tests.factories import catalogue, people
from tests.factories.certificates import approved
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db
Outcome = FollowUp.Outcome
CODE = "91370600MA3C0000X2"


def ended(day: date, *, now: datetime, **fields: object) -> Completion:
    done = approved(now=now, **fields)  # type: ignore[arg-type]
    TrainingClass.objects.filter(pk=done.enrolment.training_class_id).update(starts_on=day, ends_on=day)
    return done


def at(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=CITY_TIME)


def moment(done: Completion, months: int) -> FollowUp:
    needed = ("completion__enrolment__learner", "completion__enrolment__training_class")
    return FollowUp.objects.select_related(*needed).get(completion=done, months=months)


def refusal(row: FollowUp, said: Said, now: datetime) -> FollowUpRefusal:
    with pytest.raises(FollowUpRefused) as refused:
        supervision.enter(by=people.user(), follow_up=row, said=said, now=now)
    return refused.value.code  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 5, 31), 3, date(2026, 8, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then


def test_each_completion_gets_its_three_moments_once_and_each_is_open_until_the_next(now: datetime) -> None:
    done = ended(date(2026, 5, 31), now=now)
    assert [supervision.plan_due(now=now) for _ in range(2)] == [3, 0]
    kept = FollowUp.objects.order_by("months").values_list("completion", "months", "opens_at", "closes_at")
    assert list(kept) == [
        (done.pk, 3, at(2026, 8, 31), at(2026, 11, 30)),
        (done.pk, 6, at(2026, 11, 30), at(2027, 5, 31)),
        (done.pk, 12, at(2027, 5, 31), at(2027, 8, 29)),
    ]


def test_who_is_not_approved_is_asked_nothing(now: datetime) -> None:
    done = ended(date(2026, 5, 31), now=now)
    Completion.objects.filter(pk=done.pk).update(status=Completion.Status.SUBMITTED)
    assert supervision.plan_due(now=now) == 0


def test_an_entry_is_taken_from_the_first_moment_to_the_last_and_not_outside(now: datetime) -> None:
    done = ended(date(2026, 5, 31), now=now)
    supervision.plan_due(now=now)
    row = moment(done, 3)
    said = Said(Outcome.LOOKING)
    assert refusal(row, said, row.opens_at - timedelta(seconds=1)) == FollowUpRefusal.NOT_OPEN
    assert refusal(row, said, row.closes_at) == FollowUpRefusal.NOT_OPEN
    by = people.user()
    for moment_of_entry in (row.opens_at, row.closes_at - timedelta(seconds=1)):
        supervision.enter(by=by, follow_up=row, said=said, now=moment_of_entry)
    assert (row.outcome, row.by, row.at) == (Outcome.LOOKING, by, row.closes_at - timedelta(seconds=1))


def test_a_completion_that_was_revoked_is_asked_no_more(now: datetime) -> None:
    done = ended(date(2026, 5, 31), now=now)
    supervision.plan_due(now=now)
    Completion.objects.filter(pk=done.pk).update(status=Completion.Status.REVOKED)
    row = moment(done, 3)
    assert refusal(row, Said(Outcome.LOOKING), row.opens_at) == FollowUpRefusal.NOT_OPEN
    assert supervision.by_institution(follow_ups=FollowUp.objects.all(), now=row.opens_at) == []


def test_a_business_is_kept_with_its_code_date_and_jobs_and_a_correction_with_what_stood_before(now: datetime) -> None:
    done = ended(date(2026, 5, 31), now=now)
    supervision.plan_due(now=now)
    row = moment(done, 3)
    by = people.user()
    later = row.opens_at + timedelta(days=2)
    said = Said(Outcome.BUSINESS, "海风 船务", CODE.lower(), date(2026, 8, 1), 4, "想贷款")
    supervision.enter(by=by, follow_up=row, said=said, now=later)
    kept = (row.outcome, row.employer, row.credit_code, row.registered_on, row.jobs, row.wants)
    assert kept == (Outcome.BUSINESS, "海风 船务", CODE, date(2026, 8, 1), 4, "想贷款")
    supervision.enter(
        by=by, follow_up=row, said=Said(Outcome.EMPLOYED, "芝罘湾酒店", "", date(2026, 8, 1), 4), now=later
    )
    kept = (row.outcome, row.employer, row.credit_code, row.registered_on, row.jobs, row.wants)
    assert kept == (Outcome.EMPLOYED, "芝罘湾酒店", "", None, None, "")
    details = AuditEvent.objects.filter(verb="followed_up").order_by("pk").values_list("detail", flat=True)
    assert [(one["before"], one["outcome"]) for one in details] == [("", "business"), ("business", "employed")]


def test_where_somebody_works_and_what_they_wish_is_ciphertext_in_the_database(now: datetime) -> None:
    done = ended(date(2026, 5, 31), now=now)
    supervision.plan_due(now=now)
    row = moment(done, 3)
    supervision.enter(
        by=people.user(), follow_up=row, said=Said(Outcome.EMPLOYED, "海风船务", wants="贷款"), now=row.opens_at
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT employer, wants FROM courses_followup WHERE id = %s", [row.pk])
        assert not {"海风船务", "贷款"} & set(cursor.fetchone())


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Said(""), FollowUpRefusal.OUTCOME_MISSING),
        (Said("rich"), FollowUpRefusal.OUTCOME_MISSING),
        (Said(Outcome.EMPLOYED, "  "), FollowUpRefusal.EMPLOYER_MISSING),
        (Said(Outcome.BUSINESS, "海风", registered_on=date(2027, 1, 1)), FollowUpRefusal.WRONG_DATE),
        (Said(Outcome.BUSINESS, "海风", jobs=-1), FollowUpRefusal.WRONG_JOBS),
    ],
)
def test_half_an_entry_is_refused_and_nothing_is_kept(now: datetime, said: Said, code: FollowUpRefusal) -> None:
    done = ended(date(2026, 5, 31), now=now)
    supervision.plan_due(now=now)
    row = moment(done, 3)
    assert refusal(row, said, row.opens_at) == code
    wrong = Said(Outcome.EMPLOYED, "海风", "91370600MA3C0000X3")
    with pytest.raises(CreditCodeRefused):
        supervision.enter(by=people.user(), follow_up=row, said=wrong, now=row.opens_at)
    row.refresh_from_db()
    assert (row.outcome, row.by) == ("", None)


def test_a_look_at_the_number_is_logged_and_open_only_while_somebody_is_to_be_asked(now: datetime) -> None:
    done = ended(date(2026, 5, 31), now=now)
    supervision.plan_due(now=now)
    row = moment(done, 3)
    by = people.user()
    with pytest.raises(FollowUpRefused, match="not_open"):
        supervision.number_of_follow_up(by=by, follow_up=row, now=row.closes_at)
    assert supervision.number_of_follow_up(by=by, follow_up=row, now=row.opens_at) == done.enrolment.learner.phone
    assert Reveal.objects.get().reason == "跟踪服务，结业后 3 个月"


def test_the_figures_tell_apart_due_asked_reached_and_working(now: datetime) -> None:
    far = catalogue.institution("J002", "莱山学校")
    other = training_class(now=now, institution=far, hours_theory=16)
    rows = [ended(date(2026, 5, 31), now=now) for _ in range(4)] + [ended(date(2026, 5, 31), now=now, a_class=other)]
    supervision.plan_due(now=now)
    said = (Outcome.EMPLOYED, Outcome.BUSINESS, Outcome.UNREACHABLE)
    for done, outcome in zip(rows, said, strict=False):
        row = moment(done, 3)
        supervision.enter(by=people.user(), follow_up=row, said=Said(outcome, "海风"), now=row.opens_at)
    told = supervision.by_institution(follow_ups=FollowUp.objects.all(), now=at(2026, 9, 14))
    figures = {row.institution: (row.due, row.asked, row.reached, row.employed, row.business) for row in told}
    home = Institution.objects.exclude(pk=far.pk).get()
    assert figures == {home.name: (4, 3, 2, 1, 1), far.name: (1, 0, 0, 0, 0)}


def test_a_moment_that_was_over_when_it_was_planned_is_no_moment_that_nobody_asked(now: datetime) -> None:
    """Of an approval that came a year late the first two moments had gone by; of another one none."""
    ended(date(2025, 5, 31), now=now)
    supervision.plan_due(now=at(2026, 6, 10))
    rows = FollowUp.objects.all()
    assert rows.count() == 3
    (told,) = supervision.by_institution(follow_ups=rows, now=at(2026, 6, 11))
    assert (told.due, told.asked) == (1, 0)
    ended(date(2026, 5, 31), now=now)
    supervision.plan_due(now=now)
    (told,) = supervision.by_institution(follow_ups=rows, now=at(2027, 6, 1))
    assert (told.due, told.asked) == (4, 0)


def test_the_phone_of_a_merged_record_is_that_of_the_surviving_one(now: datetime) -> None:
    kept, merged = people.learner(now=now), people.learner(now=now)
    done = ended(date(2026, 5, 31), now=now, learner=merged)
    PersonMerge.objects.create(kept=kept, merged=merged, by=people.user(), at=now, reason="同一人")
    supervision.plan_due(now=now)
    row = moment(done, 3)
    assert kept.phone != merged.phone
    assert supervision.number_of_follow_up(by=people.user(), follow_up=row, now=row.opens_at) == kept.phone
    assert Reveal.objects.get().learner == kept


def test_who_works_is_told_by_the_last_time_they_were_reached_and_as_people(now: datetime) -> None:
    learner = people.learner(now=now)
    first, second = (ended(date(2026, 5, 31), now=now, learner=learner) for _ in range(2))
    supervision.plan_due(now=now)
    for done in (first, second):
        _enter(done, 3, Said(Outcome.EMPLOYED, "海风"))
    of = "enrolment__training_class__district__key"
    told = {"completions": Completion.objects.all(), "district": of}
    assert supervision.working_of(**told) == {"zhifu": {"employed": 1}}
    _enter(first, 6, Said(Outcome.UNREACHABLE))
    assert supervision.working_of(**told) == {"zhifu": {"employed": 1}}
    for done in (first, second):
        _enter(done, 12, Said(Outcome.BUSINESS, "自家渔铺"))
    assert supervision.working_of(**told) == {"zhifu": {"business": 1}}


def _enter(done: Completion, months: int, said: Said) -> None:
    row = moment(done, months)
    supervision.enter(by=people.user(), follow_up=row, said=said, now=row.opens_at)


def test_the_database_keeps_no_outcome_without_somebody_who_asked(now: datetime) -> None:
    ended(date(2026, 5, 31), now=now)
    supervision.plan_due(now=now)
    row = FollowUp.objects.order_by("months")[0]
    for values in ({"outcome": "looking"}, {"outcome": "rich"}, {"jobs": 3}, {"closes_at": row.opens_at}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FollowUp.objects.filter(pk=row.pk).update(**values)


def test_when_to_ask_is_what_held_when_the_class_was_approved(now: datetime) -> None:
    """Of two classes under exceptions one is asked once, one never, however often it is planned."""
    once, never = (catalogue.policy(f"asks-{len(months)}", follow_up_months=months) for months in ([2], []))
    for version in (once, never):
        ended(date(2026, 5, 31), now=now, a_class=training_class(now=now, policy=version))
    assert [supervision.plan_due(now=now) for _ in range(2)] == [1, 0]
    assert FollowUp.objects.get().completion.enrolment.training_class.policy == once


@pytest.mark.parametrize("months", [[6, 3], [3, 3], [0, 3], ["3"], [True]])
def test_months_that_do_not_rise_are_no_policy(months: list[object]) -> None:
    validate(dict(DEFAULTS))
    with pytest.raises(PolicyRefused, match="wrong_type"):
        validate({**DEFAULTS, "follow_up_months": months})


def test_a_last_moment_that_closes_as_it_opens_is_no_policy() -> None:
    with pytest.raises(PolicyRefused, match="out_of_range"):
        validate({**DEFAULTS, "follow_up_days": 0})
