"""Which numbers hold on which day, and which days are working days."""

import re
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from courses import policy
from courses.models import Holiday, PolicyVersion
from courses.policy import DEFAULTS, Policy, PolicyRefusal, PolicyRefused
from tests.factories import catalogue, people
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
SPRING = date(2026, 3, 1)


def published(
    number: str = "v2", day: date = SPRING, *, is_exception: bool = False, **changes: object
) -> PolicyVersion:
    return policy.publish(
        by=None, number=number, effective_on=day, document={**DEFAULTS, **changes}, is_exception=is_exception
    )


def test_a_version_holds_from_its_day_and_not_a_day_before() -> None:
    published(completion_ratio=90)
    ratios = [policy.current(on=SPRING + timedelta(days=step)).completion_ratio for step in (-1, 0, 1)]
    assert ratios == [80, 90, 90]


def test_of_several_versions_the_latest_that_has_begun_holds() -> None:
    published("v3", date(2026, 9, 1), pass_mark=70)
    published("v2", date(2026, 3, 1), pass_mark=65)
    days = {date(2026, 2, 28): 60, date(2026, 8, 31): 65, date(2026, 9, 1): 70, date(2099, 1, 1): 70}
    assert {day: policy.current(on=day).pass_mark for day in days} == days


def test_before_the_first_version_nothing_holds() -> None:
    with pytest.raises(PolicyVersion.DoesNotExist):
        policy.current(on=date(2019, 12, 31))


def test_an_exception_never_comes_into_force_by_date() -> None:
    published("demo", is_exception=True, checkout_required=False)
    assert {policy.current(on=SPRING + timedelta(days=step)).checkout_required for step in range(400)} == {True}


def test_an_exception_holds_for_the_class_that_is_pinned_to_it(now: datetime) -> None:
    exception = published("demo", is_exception=True, checkout_required=False)
    pinned, usual = training_class(now=now, policy=exception), training_class(now=now)
    today = policy.local_date(now)
    assert policy.of_class(training_class=pinned, on=today).checkout_required is False
    assert policy.of_class(training_class=usual, on=today).checkout_required is True


def test_a_class_keeps_the_numbers_of_its_approval_when_a_later_version_comes(now: datetime) -> None:
    approved, planned = training_class(now=now), training_class(now=now, approved=False)
    tomorrow = policy.local_date(now) + timedelta(days=1)
    published(day=tomorrow, completion_ratio=95)
    assert policy.of_class(training_class=approved, on=tomorrow).completion_ratio == 80
    assert policy.of_class(training_class=planned, on=tomorrow).completion_ratio == 95


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"completion_ration": 80}, PolicyRefusal.UNKNOWN_KEY),
        ({"completion_ratio": None}, PolicyRefusal.WRONG_TYPE),
        ({"completion_ratio": "80"}, PolicyRefusal.WRONG_TYPE),
        ({"completion_ratio": 80.0}, PolicyRefusal.WRONG_TYPE),
        # A truth is an int to Python and no number to the bureau.
        ({"completion_ratio": True}, PolicyRefusal.WRONG_TYPE),
        ({"checkout_required": 1}, PolicyRefusal.WRONG_TYPE),
    ],
)
def test_a_document_that_is_not_valid_is_not_published(changes: dict[str, object], code: PolicyRefusal) -> None:
    with pytest.raises(PolicyRefused) as refused:
        published(**changes)
    assert refused.value.code == code
    assert next(iter(changes)) in refused.value.sentence
    assert set(PolicyVersion.objects.values_list("number", flat=True)) == {"v1"}


@pytest.mark.parametrize("key", [field.name for field in fields(Policy)])
def test_a_document_without_one_of_its_keys_is_not_published(key: str) -> None:
    document = {name: value for name, value in DEFAULTS.items() if name != key}
    with pytest.raises(PolicyRefused) as refused:
        policy.publish(by=None, number="v2", effective_on=SPRING, document=document)
    assert (refused.value.code, refused.value.values) == (PolicyRefusal.MISSING_KEY, {"key": key})


def test_a_version_of_before_a_number_was_known_holds_with_its_default() -> None:
    """Within the signals and the rules of eligibility as well: nobody's class stands still for a key that is new."""
    document = {**DEFAULTS, "signals": {"device_people": 3}, "eligibility": {"overlap": "warn"}}
    del document["follow_up_months"]
    older = policy.of_version(PolicyVersion(number="v0", effective_on=SPRING, document=document))
    assert older.signals == {**policy.SIGNALS, "device_people": 3}
    assert older.eligibility == {**policy.ELIGIBILITY, "overlap": "warn"}
    assert older.follow_up_months == DEFAULTS["follow_up_months"]


def test_one_day_has_one_version_but_any_number_of_exceptions() -> None:
    published("v2")
    with pytest.raises(PolicyRefused) as refused:
        published("v3")
    assert refused.value.code == PolicyRefusal.DATE_TAKEN
    published("e1", is_exception=True)
    published("e2", is_exception=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.create(number="v4", effective_on=SPRING, document=DEFAULTS)


def test_the_database_refuses_to_change_or_drop_a_version() -> None:
    version = PolicyVersion.objects.filter(number="v1")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        version.update(document={**DEFAULTS, "completion_ratio": 1})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        version.delete()
    assert policy.current(on=SPRING).completion_ratio == 80


def test_the_first_version_is_what_the_design_says() -> None:
    assert policy.of_version(PolicyVersion.objects.get(number="v1")) == Policy()


@pytest.mark.parametrize(
    "sheet",
    [
        [],
        "venture",
        [["venture", "项目", "Project", 10, 99]],
        [["venture", "项目", "Project", 10]],
        [["venture", "项目", "Project", 0, 100]],
        [["venture", "", "Project", 10, 100]],
        [["venture", "项目", "Project", "10", 100]],
        [["venture", "项目", "Project", 10, 50], ["venture", "团队", "Team", 10, 50]],
    ],
)
def test_a_scoring_sheet_whose_weights_or_words_do_not_add_up_is_refused(sheet: object) -> None:
    document = {**DEFAULTS, "selection_sheets": {"camp": sheet}}
    with pytest.raises(policy.PolicyRefused, match="wrong_sheet") as refused:
        policy.publish(by=None, number="v2", effective_on=SPRING, document=document)
    assert "selection_sheets.camp" in refused.value.sentence


def test_the_name_of_who_published_is_kept() -> None:
    officer = people.user(username="li")
    version = policy.publish(by=officer, number="v2", effective_on=SPRING, document=DEFAULTS, note="市局发文")
    assert (version.by, version.note) == (officer, "市局发文")


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_business_day_is_that_of_the_city(moment: datetime, day: date) -> None:
    assert policy.local_date(moment) == day


# ── Working days ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def autumn() -> None:
    """Published for 2026: Friday 25 September off; 1 to 7 October off; Sunday 20 September and Saturday 10 October
    on."""
    off = [date(2026, 9, 25), *(date(2026, 10, day) for day in range(1, 8))]
    work = [date(2026, 9, 20), date(2026, 10, 10)]
    for kind, days in ((Holiday.Kind.OFF, off), (Holiday.Kind.WORK, work)):
        for day in days:
            Holiday.objects.create(date=day, kind=kind, name="国庆节", name_en="National Day")


@pytest.mark.parametrize(
    ("day", "is_one"),
    [
        (date(2026, 9, 18), True),  # Friday
        (date(2026, 9, 19), False),  # Saturday
        (date(2026, 9, 20), True),  # Sunday, made up for
        (date(2026, 9, 25), False),  # Friday, off
        (date(2026, 10, 10), True),  # Saturday, made up for
    ],
)
def test_the_published_calendar_overrules_the_week(autumn: None, day: date, is_one: bool) -> None:
    calendar = policy.calendar_between(start=day - timedelta(days=1), end=day)
    assert policy.is_working_day(day, calendar=calendar) is is_one


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 9, 14), 0, date(2026, 9, 14)),
        (date(2026, 9, 14), 4, date(2026, 9, 18)),
        # the make-up Sunday counts
        (date(2026, 9, 14), 5, date(2026, 9, 20)),
        # Monday to Wednesday, then the week off, Thursday and Friday, and the make-up Saturday
        (date(2026, 9, 27), 6, date(2026, 10, 10)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
    ],
)
def test_deadlines_count_working_days_from_the_day_after(autumn: None, start: date, days: int, end: date) -> None:
    assert policy.working_days_after(start=start, days=days) == end
    calendar = policy.calendar_between(start=start, end=end)
    assert policy.working_days_between(start=start, end=end, calendar=calendar) == days


def test_a_deadline_that_is_past_counts_below_zero(autumn: None) -> None:
    calendar = policy.calendar_between(start=date(2026, 9, 1), end=date(2026, 10, 31))
    past = policy.working_days_between(start=date(2026, 10, 8), end=date(2026, 9, 30), calendar=calendar)
    assert past == -1


@given(start=st.dates(date(2026, 1, 1), date(2027, 12, 31)), days=st.integers(1, 40), off=st.sets(st.integers(0, 90)))
def test_between_is_the_reverse_of_after(start: date, days: int, off: set[int]) -> None:
    calendar: dict[date, str] = {start + timedelta(days=step): Holiday.Kind.OFF for step in off}
    end = policy.working_days_after(start=start, days=days, calendar=calendar)
    assert policy.working_days_between(start=start, end=end, calendar=calendar) == days
    assert policy.is_working_day(end, calendar=calendar)


def test_the_calendar_that_is_delivered_knows_make_up_days() -> None:
    call_command("load_reference", verbosity=0)
    made_up = list(Holiday.objects.filter(kind=Holiday.Kind.WORK).values_list("date", flat=True))
    assert made_up
    assert {day.weekday() >= 5 for day in made_up} == {True}
    assert {day.year for day in Holiday.objects.values_list("date", flat=True)} == set(range(2021, 2028))
    catalogue.policy()


def test_every_number_has_a_name_that_an_officer_reads_and_only_those_have_one() -> None:
    named = [key for _words, names in policy.GROUPS for key in names]
    assert sorted(named) == sorted(DEFAULTS), "courses/policy/names.py"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"completion_ratio": 101}, "completion_ratio"),
        ({"review_days": -1}, "review_days"),
        ({"qr_step_seconds": 0}, "qr_step_seconds"),
        ({"pace_red": 95}, "pace_red"),
        ({"eligibility": {**policy.ELIGIBILITY, "overlap": "maybe"}}, "eligibility.overlap"),
        ({"eligibility": {**policy.ELIGIBILITY, "overlop": "warn"}}, "eligibility.overlop"),
        ({"signals": {**policy.SIGNALS, "wittnesses": 2}}, "signals.wittnesses"),
        ({"ages": {"camp": [60, 18]}}, "ages.camp"),
        ({"ages": {"camp": [18]}}, "ages.camp"),
        ({"retirement_ages": {"1": "60"}}, "retirement_ages.1"),
        ({"categories": {"mgr": "owner"}}, "categories.mgr"),
        ({"criteria": {"camp": [["venture", "我已经创业"]]}}, "criteria.camp"),
        ({"certificate_years": {"skill": 0}}, "certificate_years.skill"),
        ({"proof_categories": [1]}, "proof_categories"),
        ({"assessments": {"skill": "theory"}}, "assessments.skill"),
        ({"follow_up_months": [6, 3]}, "follow_up_months"),
    ],
)
def test_a_value_that_a_rule_could_not_work_with_is_refused_and_named(changes: dict[str, object], key: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        published(**changes)
    assert refused.value.values["key"] == key
    assert key in refused.value.sentence


# Numbers of design §6 that stand in every version and wait for the part that obeys them.
WAITING = {
    "class_yellow": "cards for a class's rate",
    "class_red": "cards for a class's rate",
}


def test_every_number_is_obeyed_by_some_rule_or_said_to_wait_for_it() -> None:
    sources = [*(ROOT / "courses").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
    read = "\n".join(
        source.read_text(encoding="utf-8")
        for source in sources
        if "migrations" not in source.parts and source.parts[-2:-1] != ("policy",)
    )
    assert {key for key in DEFAULTS if not re.search(rf"\b{key}\b", read)} == set(WAITING)
