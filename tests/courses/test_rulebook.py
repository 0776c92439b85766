"""A rule is changed by two people: put forward, looked at with what it would do, published by somebody else."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from courses import classes, completion, policy, rulebook, tally
from courses.models import AuditEvent, CommitmentText, PolicyVersion, RuleProposal, User
from courses.policy import DEFAULTS, PolicyRefusal, PolicyRefused
from courses.rulebook import RuleRefusal, RuleRefused
from courses.tally import Scope
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import attended, counted, submitted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 1)


@pytest.fixture
def first() -> User:
    return people.user(name="刘洋")


@pytest.fixture
def second() -> User:
    return people.user(name="周二")


def put_forward(by: User, now: datetime, day: date = DAY, **values: Any) -> RuleProposal:
    return rulebook.propose_policy(
        by=by, effective_on=day, values=values, reason="市局会议定", source="烟人社发〔2026〕12号", now=now
    )


def reworded(by: User, now: datetime, body: str = "本机构承诺不收学员的钱。") -> RuleProposal:
    return rulebook.propose_commitment(
        by=by, effective_on=DAY, body=body, reason="加一条", source="烟人社发〔2026〕13号", now=now
    )


def code_of(refused: pytest.ExceptionInfo[RuleRefused]) -> str:
    return str(refused.value.code)


# The policy


def test_one_puts_forward_another_publishes_and_it_holds_from_its_day(now: datetime, first: User, second: User) -> None:
    proposal = put_forward(first, now, completion_ratio=90, pass_mark=60)
    assert proposal.changes == {"completion_ratio": [80, 90]}, "what is as it was is no change"
    assert policy.current(on=DAY).completion_ratio == 80
    version = rulebook.confirm(by=second, proposal=proposal, now=now)
    assert isinstance(version, PolicyVersion)
    assert (version.number, version.by, version.note) == ("v2", second, "烟人社发〔2026〕12号：市局会议定")
    assert version.document == {**DEFAULTS, "completion_ratio": 90}
    ratios = [policy.current(on=DAY + timedelta(days=step)).completion_ratio for step in (-1, 0)]
    assert ratios == [80, 90]
    proposal.refresh_from_db()
    assert (proposal.status, proposal.version, proposal.decided_by) == ("published", version, second)
    assert list(AuditEvent.objects.filter(target=proposal.number).values_list("verb", "by_name").order_by("pk")) == [
        ("rule_proposed", first.username),
        ("rule_published", second.username),
    ]


def test_nobody_publishes_or_returns_what_they_put_forward(now: datetime, first: User) -> None:
    proposal = put_forward(first, now, completion_ratio=90)
    for deed in (
        lambda: rulebook.confirm(by=first, proposal=proposal, now=now),
        lambda: rulebook.send_back(by=first, proposal=proposal, answer="不妥", now=now),
    ):
        with pytest.raises(RuleRefused) as refused:
            deed()
        assert code_of(refused) == RuleRefusal.SAME_PERSON
    assert PolicyVersion.objects.count() == 1


def test_the_database_knows_two_people_as_well(now: datetime, first: User) -> None:
    proposal = put_forward(first, now, completion_ratio=90)
    published = {"status": "published", "decided_at": now, "version": PolicyVersion.objects.get()}
    with pytest.raises(IntegrityError, match="ruleproposal_two_people"), transaction.atomic():
        RuleProposal.objects.filter(pk=proposal.pk).update(decided_by=first, **published)
    returned = {"status": "returned", "decided_at": now, "answer": "不妥"}
    with pytest.raises(IntegrityError, match="ruleproposal_returned_has_why"), transaction.atomic():
        RuleProposal.objects.filter(pk=proposal.pk).update(decided_by=first, **returned)


def test_what_was_published_is_not_published_again_and_says_so(now: datetime, first: User, second: User) -> None:
    proposal = put_forward(first, now, completion_ratio=90)
    rulebook.confirm(by=second, proposal=proposal, now=now)
    with pytest.raises(RuleRefused) as refused:
        rulebook.confirm(by=second, proposal=proposal, now=now)
    assert code_of(refused) == RuleRefusal.DECIDED


def test_what_another_version_has_overtaken_is_not_published(now: datetime, first: User, second: User) -> None:
    stale = put_forward(first, now, completion_ratio=90)
    other = put_forward(second, now, DAY - timedelta(days=1), pass_mark=70)
    rulebook.confirm(by=first, proposal=other, now=now)
    with pytest.raises(RuleRefused) as refused:
        rulebook.confirm(by=second, proposal=stale, now=now)
    assert refused.value.sentence == "提出之后又发布了别的版本，未发布。请退回，对照现行版本重新提出。"
    stale.refresh_from_db()
    assert (stale.status, policy.current(on=DAY).completion_ratio) == ("proposed", 80)
    anew = put_forward(first, now, completion_ratio=90)
    rulebook.confirm(by=second, proposal=anew, now=now)
    held = policy.current(on=DAY)
    assert (held.completion_ratio, held.pass_mark) == (90, 70), "nothing of the other version is lost"


def test_a_version_of_an_exception_overtakes_nothing(now: datetime, first: User, second: User) -> None:
    proposal = put_forward(first, now, completion_ratio=90)
    catalogue.policy("demo", checkout_required=False)
    rulebook.confirm(by=second, proposal=proposal, now=now)
    assert policy.current(on=DAY).completion_ratio == 90


def test_it_is_returned_with_a_reason_or_taken_back_and_only_once(now: datetime, first: User, second: User) -> None:
    proposal = put_forward(first, now, completion_ratio=90)
    with pytest.raises(RuleRefused) as refused:
        rulebook.send_back(by=second, proposal=proposal, answer="  ", now=now)
    assert code_of(refused) == RuleRefusal.ANSWER_MISSING
    with pytest.raises(RuleRefused) as refused:
        rulebook.take_back(by=second, proposal=proposal, now=now)
    assert code_of(refused) == RuleRefusal.OTHERS
    rulebook.send_back(by=second, proposal=proposal, answer="先征求区市意见", now=now)
    assert (proposal.status, proposal.answer) == ("returned", "先征求区市意见")
    for deed in (
        lambda: rulebook.confirm(by=second, proposal=proposal, now=now),
        lambda: rulebook.take_back(by=first, proposal=proposal, now=now),
    ):
        with pytest.raises(RuleRefused) as refused:
            deed()
        assert code_of(refused) == RuleRefusal.DECIDED
    again = put_forward(first, now, completion_ratio=90)
    rulebook.take_back(by=first, proposal=again, now=now)
    assert (again.status, PolicyVersion.objects.count()) == ("taken_back", 1)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"values": {"pass_mark": 60}}, RuleRefusal.NOTHING_CHANGED),
        ({"reason": " "}, RuleRefusal.REASON_MISSING),
        ({"source": ""}, RuleRefusal.SOURCE_MISSING),
        ({"effective_on": date(2026, 1, 5)}, RuleRefusal.DATE_PAST),
    ],
)
def test_what_is_not_whole_is_not_put_forward(fields: dict[str, Any], code: str, now: datetime, first: User) -> None:
    whole = {"effective_on": DAY, "values": {"pass_mark": 70}, "reason": "会议", "source": "文件", "now": now}
    with pytest.raises(RuleRefused) as refused:
        rulebook.propose_policy(by=first, **{**whole, **fields})
    assert code_of(refused) == code
    assert not RuleProposal.objects.exists()


def test_a_day_that_has_a_version_and_a_value_that_cannot_hold_are_refused(now: datetime, first: User) -> None:
    policy.publish(by=None, number="v2", effective_on=DAY, document={**DEFAULTS, "pass_mark": 65})
    with pytest.raises(RuleRefused) as refused:
        put_forward(first, now, pass_mark=70)
    assert code_of(refused) == RuleRefusal.DATE_TAKEN
    with pytest.raises(PolicyRefused) as wrong:
        put_forward(first, now, date(2026, 11, 1), completion_ratio=120)
    assert (wrong.value.code, wrong.value.values["key"]) == (PolicyRefusal.OUT_OF_RANGE, "completion_ratio")


def test_whose_day_went_by_before_anybody_confirmed_is_not_published(now: datetime, first: User, second: User) -> None:
    proposal = put_forward(first, now, completion_ratio=90)
    with pytest.raises(RuleRefused) as refused:
        rulebook.confirm(by=second, proposal=proposal, now=now + timedelta(days=60))
    assert code_of(refused) == RuleRefusal.DATE_PAST


# What a change would do, and what it does


def figures(year: int, today: date) -> int:
    return tally.for_year(year=year, scope=Scope(), as_of=None, today=today).lines["skills"].verified


def proposed(year: int, today: date, **changes: Any) -> int:
    wanted = tally.setting_of(policy.Policy(**{**policy.current(on=today).as_document(), **changes}))
    return tally.preview(year=year, proposed=wanted, today=today).proposed.of(line="skills")


def test_the_preview_of_the_day_that_counts_is_what_a_class_approved_under_the_version_gives(
    first: User, second: User
) -> None:
    """A class that ends in December and is approved in January, under the version in force and under the new one."""
    december, january = datetime(2026, 12, 10, 1, 0, tzinfo=UTC), datetime(2027, 1, 12, 1, 0, tzinfo=UTC)
    done, _later = submitted(now=december)
    completion.approve(by=people.user(), completion=done, now=january)
    today = january.date()
    assert (figures(2026, today), figures(2027, today)) == (1, 0)
    foreseen = [proposed(year, today, count_date="approval") for year in (2026, 2027)]
    proposal = put_forward(
        first, december - timedelta(days=30), date(2026, 12, 1), count_date="approval", assessments={}
    )
    version = rulebook.confirm(by=second, proposal=proposal, now=december - timedelta(days=30))
    same, _later = submitted(now=december, policy=version)
    completion.approve(by=people.user(), completion=same, now=january)
    under_the_new_one = [figures(2026, today) - 1, figures(2027, today)]
    assert under_the_new_one == foreseen == [0, 1]


def test_the_preview_of_one_inside_the_other_is_what_the_year_says_under_the_version(
    now: datetime, first: User, second: User
) -> None:
    rows = [row(counted_on=date(2026, 3, 1), line=line) for line in ("skills", "entrepreneurship", "entrepreneurship")]
    batch(rows=rows, now=now)
    foreseen = proposed(2026, now.date(), entrepreneurship_in_skills=True)
    proposal = put_forward(first, now, entrepreneurship_in_skills=True)
    rulebook.confirm(by=second, proposal=proposal, now=now)
    assert figures(2026, DAY) == foreseen == 3
    assert figures(2026, DAY - timedelta(days=1)) == 1


def test_the_preview_of_another_line_is_what_a_class_of_that_kind_gives(first: User, second: User) -> None:
    began = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)
    kind = catalogue.kind("tot", "own", "tot", letter="T")
    own, later = submitted(now=began, course=catalogue.course(kind=kind, occupation=None, level=None))
    completion.approve(by=people.user(), completion=own, now=later)
    today = later.date()
    lines = {**DEFAULTS["counts_as"], "tot": "skills"}
    assert (figures(2026, today), foreseen := proposed(2026, today, counts_as=lines)) == (0, 1)
    version = rulebook.confirm(by=second, proposal=put_forward(first, later, today, counts_as=lines), now=later)
    trainer, course = (
        people.user(),
        catalogue.course(kind=kind, occupation=None, level=None, hours_theory=4, hours_practice=0),
    )
    made = training_class(now=later, approved=False, lessons=1, trainers=[trainer], course=course)
    classes.submit(by=people.user(), training_class=made, now=later)
    classes.approve(by=people.user(), training_class=made, now=later)
    assert (made.policy, made.line) == (version, "skills")
    seat = enrolled(training_class=made, now=later)
    after = attended(seat, by=trainer)
    done = completion.propose(by=trainer, enrolment=seat, now=after)
    completion.submit(by=people.user(), completion=done, now=after)
    completion.approve(by=people.user(), completion=done, now=after)
    assert figures(2026, after.date()) == foreseen


def test_the_preview_of_a_lower_limit_takes_off_what_came_last_and_of_a_higher_one_lets_it_in(now: datetime) -> None:
    learner, once = people.learner(now=now), catalogue.policy("once-a-year", counted_per_year=1)
    _entry, later = counted(now=now, learner=learner)
    trades = [catalogue.course(occupation=catalogue.occupation(key)) for key in ("baker", "waiter")]
    _entry, later = counted(now=later, learner=learner, course=trades[0])
    today = later.date()
    assert [proposed(2026, today, counted_per_year=most) for most in (0, 1, 2)] == [2, 1, 2]
    kept_out, later = submitted(now=later, learner=learner, policy=once, course=trades[1])
    completion.approve(by=people.user(), completion=kept_out, now=later)
    policy.publish(by=None, number="v2", effective_on=today, document={**DEFAULTS, "counted_per_year": 1})
    assert [proposed(2026, today, counted_per_year=most) for most in (0, 1, 2, 3)] == [3, 2, 2, 3]


def test_what_must_be_read_from_single_lines_is_not_read_where_a_year_has_too_many(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch(rows=[row(counted_on=date(2026, 3, 1), line="skills") for _ in range(2)], now=now)
    monkeypatch.setattr(import_module("courses.tally.preview"), "LINES_AT_ONCE", 1)
    held = tally.setting_of(policy.current(on=now.date()))
    wanted = [replace(held, count_date="approval"), replace(held, per_year=1), replace(held, inside=True)]
    found = [tally.preview(year=2026, proposed=one, today=now.date()) for one in wanted]
    assert [(one.too_many, one.present.of(line="skills")) for one in found] == [(True, 0), (True, 0), (False, 2)]


def test_the_figures_that_stay_on_their_day_are_never_read_line_by_line(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    batch(rows=[row(counted_on=date(2026, 3, 1), line="skills") for _ in range(3)], now=now)
    held = tally.setting_of(policy.current(on=now.date()))
    with django_assert_num_queries(3) as asked:
        tally.preview(year=2026, proposed=replace(held, inside=True), today=now.date())
    assert not [one for one in asked.captured_queries if "courses_countentry" in one["sql"]]


def test_the_year_that_is_shown_is_one_that_has_figures() -> None:
    days = (date(2026, 11, 30), date(2026, 4, 1), date(2026, 3, 31))
    assert [tally.year_seen(today=day) for day in days] == [2026, 2026, 2025]


# The commitment


def test_a_new_wording_is_published_by_two_people_and_asked_of_whoever_hands_in_from_its_day(
    now: datetime, first: User, second: User
) -> None:
    proposal = reworded(first, now)
    with pytest.raises(RuleRefused) as refused:
        rulebook.confirm(by=first, proposal=proposal, now=now)
    assert code_of(refused) == RuleRefusal.SAME_PERSON
    text = rulebook.confirm(by=second, proposal=proposal, now=now)
    assert isinstance(text, CommitmentText)
    assert (text.number, text.body, text.effective_on) == ("2026-1", "本机构承诺不收学员的钱。", DAY)
    draft = training_class(now=now, approved=False)
    held = {paper.key: paper.filed for paper in classes.papers_of(training_class=draft, now=now)}
    asked = classes.papers_of(training_class=draft, now=datetime(2026, 10, 2, 1, 0, tzinfo=UTC))
    assert (held["commitment"], {paper.key: paper.filed for paper in asked}["commitment"]) == (True, False)


def test_a_wording_that_holds_already_or_is_empty_is_not_put_forward(now: datetime, first: User) -> None:
    held = rulebook.text_before(effective_on=DAY)
    assert held is not None
    for body, code in ((held.body, RuleRefusal.NOTHING_CHANGED), (" ", RuleRefusal.TEXT_MISSING)):
        with pytest.raises(RuleRefused) as refused:
            reworded(first, now, body)
        assert code_of(refused) == code


def test_a_wording_that_another_has_overtaken_is_not_published(now: datetime, first: User, second: User) -> None:
    stale = reworded(first, now)
    CommitmentText.objects.create(number="2026-9", effective_on=DAY - timedelta(days=3), body="另一份")
    with pytest.raises(RuleRefused) as refused:
        rulebook.confirm(by=second, proposal=stale, now=now)
    assert code_of(refused) == RuleRefusal.STALE
