"""A freed seat is offered, answered or runs out; what stands still when the clock jumps."""

from datetime import datetime, timedelta

import pytest
from django.urls import resolve

from courses import access, enrolment, notices, policy, seating
from courses.enrolment import Code, EnrolmentRefusal, EnrolmentRefused
from courses.models import AuditEvent, Enrolment, Learner, OutboxMessage, TrainingClass
from courses.notices.texts import text_of
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.ledger import counted

pytestmark = pytest.mark.django_db
Status = Enrolment.Status
Why = Enrolment.Why
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def a_class(now: datetime) -> TrainingClass:
    """One seat, and far enough from its start that an offer lasts its full time."""
    return training_class(now=now, seats=1, first=now + timedelta(days=10))


def queue(a_class: TrainingClass, now: datetime, *, waiting: int = 2) -> list[Enrolment]:
    """Who has the seat, and who waits; no message is left from getting there."""
    rows = [enrolled(training_class=a_class, now=now) for _ in range(waiting + 1)]
    OutboxMessage.objects.all().delete()
    return rows


def leave(row: Enrolment, now: datetime) -> list[Enrolment]:
    return enrolment.withdraw(by=people.user(), enrolment=row, reason="换班", now=now)


def offered(a_class: TrainingClass, now: datetime, *, waiting: int = 2) -> list[Enrolment]:
    """As `queue`, after the first gave the seat back: the second one is offered it."""
    rows = queue(a_class, now, waiting=waiting)
    leave(rows[0], now)
    OutboxMessage.objects.all().delete()
    for row in rows:
        row.refresh_from_db()
    return rows


def states(rows: list[Enrolment]) -> list[tuple[str, str]]:
    found = {row.pk: (row.status, row.why) for row in Enrolment.objects.all()}
    return [found[row.pk] for row in rows]


def told(kind: str) -> list[int | None]:
    return sorted(OutboxMessage.objects.filter(kind=kind).values_list("learner", flat=True), key=str)


def link_code(row: Enrolment) -> str:
    message = OutboxMessage.objects.get(kind="enrolment_offered", learner=row.learner_id)
    return str(message.params["link"]).rstrip("/").rsplit("/", 1)[-1]


def counters(a_class: TrainingClass) -> tuple[int, int]:
    a_class.refresh_from_db()
    return a_class.taken, a_class.waiting


def refusal_of(answer, row: Enrolment, now: datetime) -> str:
    with pytest.raises(EnrolmentRefused) as refused:
        answer(enrolment=row, by=None, now=now)
    return str(refused.value.code)


# ── The offer ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_at_night_the_time_to_answer_begins_when_the_message_may_be_heard(
    a_class: TrainingClass, now: datetime
) -> None:
    night, morning = now + timedelta(hours=14), now + timedelta(hours=23)
    rows = queue(a_class, night)
    leave(rows[0], night)
    assert OutboxMessage.objects.get(kind="enrolment_offered").due_at == morning
    assert Enrolment.objects.get(pk=rows[1].pk).offer_until == morning + DAY


@pytest.mark.parametrize(("hour_before_midnight", "moves_up"), [(4, True), (3, False), (1, False)])
def test_what_could_be_heard_only_after_the_cut_off_is_not_offered(
    now: datetime, hour_before_midnight: int, moves_up: bool
) -> None:
    """With a cut-off of whole days it falls on midnight; the night before it begins at nine in the evening."""
    a_class = training_class(
        now=now, seats=1, first=now + 4 * DAY, policy=catalogue.policy("v9", offer_cutoff_hours=24)
    )
    rows = queue(a_class, now)
    cut_off = enrolment.cut_off(training_class=a_class, now=now)
    leave(rows[0], cut_off - timedelta(hours=hour_before_midnight))
    assert states(rows[1:2]) == [(Status.OFFERED, "") if moves_up else (Status.WAITLISTED, Why.CUT_OFF)]
    for message in OutboxMessage.objects.filter(kind="enrolment_offered"):
        assert message.due_at < Enrolment.objects.get(pk=rows[1].pk).offer_until


@pytest.mark.parametrize("end", ["accept", "decline", "void", "withdraw", "cancel"])
def test_an_offer_that_ended_before_its_message_went_out_is_not_told_of(
    a_class: TrainingClass, now: datetime, end: str
) -> None:
    night = now + timedelta(hours=14)
    first, second = queue(a_class, night, waiting=1)
    leave(first, night)
    assert told("enrolment_offered") == [second.learner_id]
    later = night + timedelta(hours=1)
    second.refresh_from_db()
    if end == "void":
        enrolment.void(by=people.user(), enrolment=second, reason="来电退出", now=later)
    elif end == "withdraw":
        leave(second, later)
    elif end == "cancel":
        of = TrainingClass.Status.CANCELLED
        seating.advance(by=people.user(), training_class=a_class, to=of, now=later, reason="停办")
    else:
        getattr(enrolment, end)(enrolment=second, by=None, now=later)
    assert told("enrolment_offered") == []
    said = list(OutboxMessage.objects.filter(learner=second.learner_id).values_list("kind", flat=True))
    assert said == [
        {
            "accept": "enrolment_admitted",
            "decline": "offer_declined",
            "void": "offer_voided",
            "withdraw": "enrolment_withdrawn",
            "cancel": "class_cancelled",
        }[end]
    ]


def test_an_offer_that_ends_takes_no_message_of_another_class_along(a_class: TrainingClass, now: datetime) -> None:
    """One sweep of the night offers a learner a seat in two classes at the same moment."""
    other, night = training_class(now=now, seats=1, first=now + 14 * DAY), now + DAY + timedelta(hours=14)
    both = people.learner(now=now)
    for here in (a_class, other):
        first, second = queue(here, now, waiting=1)
        enrolled(training_class=here, now=now, learner=both)
        leave(first, now)
        assert states([second]) == [(Status.OFFERED, "")]
    notices.deliver_due(now=now)
    assert enrolment.tend_offers(now=night) == 2
    ends, stands = Enrolment.objects.filter(learner=both).select_related("learner__user", "training_class__course")
    enrolment.void(by=people.user(), enrolment=ends, reason="来电退出", now=night + timedelta(hours=1))
    kept = OutboxMessage.objects.filter(kind="enrolment_offered", learner=both)
    assert [row.params["number"] for row in kept] == [stands.number]


def test_an_offer_that_was_heard_stays_told(a_class: TrainingClass, now: datetime) -> None:
    first, second = queue(a_class, now, waiting=1)
    leave(first, now)
    notices.deliver_due(now=now)
    enrolment.void(by=people.user(), enrolment=second, reason="来电退出", now=now)
    assert told("enrolment_offered") == [second.learner_id] == told("offer_voided")


def test_a_freed_seat_is_offered_for_a_day_and_held_for_who_waited_longest(
    a_class: TrainingClass, now: datetime
) -> None:
    first, second, third = queue(a_class, now)
    assert [row.pk for row in leave(first, now)] == [second.pk]
    assert states([second, third]) == [(Status.OFFERED, ""), (Status.WAITLISTED, "")]
    assert Enrolment.objects.get(pk=second.pk).offer_until == now + DAY
    assert counters(a_class) == (1, 1)
    assert enrolment.occupancy_differences() == []
    assert told("enrolment_offered") == [second.learner_id]


def test_the_message_says_until_when_and_carries_a_link_that_only_its_reader_knows(
    a_class: TrainingClass, now: datetime
) -> None:
    first, second, _third = queue(a_class, now)
    leave(first, now)
    message = OutboxMessage.objects.get(kind="enrolment_offered")
    code = link_code(second)
    said = text_of(kind=message.kind, params=message.params, language="zh-hans")
    assert said.startswith("「中式烹调师（四级）」有空位了，9 月 24 日 开课，为您保留到 9 月 15 日 9:00。请打开 http")
    assert f"/my/offer/{code}/" in said
    assert "15 Sep 9:00" in text_of(kind=message.kind, params=message.params, language="en")
    assert (message.channel, message.to, message.expires_at) == ("sms", second.learner.phone, now + DAY)
    stored = Enrolment.objects.get(pk=second.pk)
    assert stored.offer_code == enrolment.digest_of(code=code) != code
    found = enrolment.by_code(code=code)
    assert found is not None
    assert found.pk == second.pk
    assert enrolment.by_code(code="A" * 16) is None
    assert resolve(f"/my/offer/{code}/").url_name == "my_offer"


def test_an_offer_ends_with_the_cut_off_where_that_comes_sooner(now: datetime) -> None:
    """The class starts on Wednesday: noon of Tuesday is twelve hours before that day begins."""
    a_class = training_class(now=now, seats=1, first=now + 2 * DAY)
    later = now + timedelta(hours=10)
    first, second, _third = queue(a_class, now)
    leave(first, later)
    second.refresh_from_db()
    assert second.offer_until == enrolment.cut_off(training_class=a_class, now=now) == now + timedelta(hours=27)


def test_past_the_cut_off_nobody_is_offered_a_seat_and_staff_read_why(a_class: TrainingClass, now: datetime) -> None:
    first, second, third = queue(a_class, now)
    cut_off = enrolment.cut_off(training_class=a_class, now=now)
    assert leave(first, cut_off) == []
    assert states([second, third]) == [(Status.WAITLISTED, Why.CUT_OFF), (Status.WAITLISTED, "")]
    assert counters(a_class) == (0, 2)
    assert AuditEvent.objects.get(verb="enrolment_not_promoted").detail["why"] == Why.CUT_OFF


def test_who_has_no_phone_is_admitted_at_once_and_staff_read_that_somebody_must_tell(
    a_class: TrainingClass, now: datetime
) -> None:
    first, second, _third = queue(a_class, now)
    Learner.objects.filter(pk=second.learner_id).update(phone="")
    leave(first, now)
    assert states([second]) == [(Status.ADMITTED, Why.NO_PHONE)]
    message = OutboxMessage.objects.get(kind="enrolment_admitted")
    assert (message.channel, message.learner_id) == ("site", second.learner_id)


def test_the_first_version_of_policy_states_both_numbers() -> None:
    assert (policy.DEFAULTS["offer_hours"], policy.DEFAULTS["offer_cutoff_hours"]) == (24, 12)


# ── The answer ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_accepting_admits_and_tells_once(a_class: TrainingClass, now: datetime) -> None:
    _first, second, third = offered(a_class, now)
    enrolment.accept(enrolment=second, by=None, now=now + DAY - SECOND)
    assert states([second, third]) == [(Status.ADMITTED, ""), (Status.WAITLISTED, "")]
    assert told("enrolment_admitted") == [second.learner_id]
    assert refusal_of(enrolment.accept, second, now) == EnrolmentRefusal.WRONG_STATUS
    assert refusal_of(enrolment.decline, second, now) == EnrolmentRefusal.WRONG_STATUS
    assert OutboxMessage.objects.count() == 1
    assert counters(a_class) == (1, 1)


def test_in_a_reviewed_class_who_accepts_still_waits_for_the_decision(now: datetime) -> None:
    a_class = training_class(now=now, seats=1, first=now + timedelta(days=10), mode=TrainingClass.Mode.REVIEWED)
    _first, second, _third = offered(a_class, now)
    enrolment.accept(enrolment=second, by=second.learner.user, now=now)
    assert states([second]) == [(Status.APPLIED, "")]
    assert told("enrolment_applied") == [second.learner_id]


def test_declining_offers_the_seat_to_the_next_one_in_the_same_step(a_class: TrainingClass, now: datetime) -> None:
    _first, second, third = offered(a_class, now)
    assert [row.pk for row in enrolment.decline(enrolment=second, by=None, now=now)] == [third.pk]
    assert states([second, third]) == [(Status.WITHDRAWN, Why.OFFER_DECLINED), (Status.OFFERED, "")]
    assert (told("offer_declined"), told("enrolment_offered")) == ([second.learner_id], [third.learner_id])
    assert counters(a_class) == (1, 0)
    assert enrolment.occupancy_differences() == []


def test_an_offer_that_nobody_answers_runs_out_and_goes_on(a_class: TrainingClass, now: datetime) -> None:
    _first, second, third = offered(a_class, now)
    assert enrolment.tend_offers(now=now + DAY - SECOND) == 0
    assert enrolment.tend_offers(now=now + DAY) == 1
    assert states([second, third]) == [(Status.WITHDRAWN, Why.OFFER_EXPIRED), (Status.OFFERED, "")]
    assert (told("offer_expired"), told("enrolment_offered")) == ([second.learner_id], [third.learner_id])
    assert enrolment.tend_offers(now=now + DAY) == 0
    notices.deliver_due(now=now + DAY)
    assert enrolment.tend_offers(now=now + 2 * DAY) == 1
    assert counters(a_class) == (0, 0)
    assert enrolment.occupancy_differences() == []


@pytest.mark.parametrize("answer", [enrolment.accept, enrolment.decline])
def test_an_answer_after_the_end_is_refused_and_the_seat_goes_on_before_any_sweep(
    answer, a_class: TrainingClass, now: datetime
) -> None:
    _first, second, third = offered(a_class, now)
    assert refusal_of(answer, second, now + DAY) == EnrolmentRefusal.OFFER_OVER
    assert states([second, third]) == [(Status.WITHDRAWN, Why.OFFER_EXPIRED), (Status.OFFERED, "")]
    assert refusal_of(answer, second, now + DAY) == EnrolmentRefusal.WRONG_STATUS
    assert told("offer_expired") == [second.learner_id]


def test_whom_a_rule_blocks_by_then_keeps_the_offer_until_it_ends(a_class: TrainingClass, now: datetime) -> None:
    _first, second, _third = offered(a_class, now)
    counted(learner=second.learner, key="occupation:chinese-cook:4", now=now)
    assert refusal_of(enrolment.accept, second, now) == Code.SAME_MODULE
    assert states([second]) == [(Status.OFFERED, "")]
    assert OutboxMessage.objects.count() == 0


def test_staff_end_an_offer_with_a_reason_that_is_told(a_class: TrainingClass, now: datetime) -> None:
    _first, second, third = offered(a_class, now)
    officer = people.user()
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.void(by=officer, enrolment=second, reason=" ", now=now)
    assert refused.value.code == EnrolmentRefusal.REASON_MISSING
    enrolment.void(by=officer, enrolment=second, reason="电话里说来不了", now=now)
    assert states([second, third]) == [(Status.WITHDRAWN, Why.OFFER_VOIDED), (Status.OFFERED, "")]
    message = OutboxMessage.objects.get(kind="offer_voided")
    assert "原因：电话里说来不了" in text_of(kind=message.kind, params=message.params, language="zh-hans")
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.void(by=officer, enrolment=second, reason="再来", now=now)
    assert refused.value.code == EnrolmentRefusal.WRONG_STATUS


def test_who_withdraws_instead_of_answering_frees_the_seat_too(a_class: TrainingClass, now: datetime) -> None:
    _first, second, third = offered(a_class, now)
    enrolment.withdraw(by=second.learner.user, enrolment=second, reason="", now=now)
    assert states([second, third]) == [(Status.WITHDRAWN, ""), (Status.OFFERED, "")]
    assert enrolment.occupancy_differences() == []


def test_a_cancelled_class_ends_its_offers(a_class: TrainingClass, now: datetime) -> None:
    _first, second, _third = offered(a_class, now)
    seating.advance(
        by=people.user(), training_class=a_class, to=TrainingClass.Status.CANCELLED, reason="场地停用", now=now
    )
    assert states([second]) == [(Status.WITHDRAWN, Why.CLASS_CANCELLED)]
    assert refusal_of(enrolment.accept, second, now) == EnrolmentRefusal.WRONG_STATUS


def suspend(a_class: TrainingClass, now: datetime, *, until: datetime | None = None) -> None:
    """From now, and on again from `until`."""
    status = TrainingClass.Status
    for to, at in ((status.SUSPENDED, now), (status.ENROLLING, until)):
        if at is not None:
            a_class.refresh_from_db()
            seating.advance(by=people.user(), training_class=a_class, to=to, reason="停电", now=at)


def test_a_suspended_class_keeps_its_offers_and_makes_none(a_class: TrainingClass, now: datetime) -> None:
    _first, second, third = offered(a_class, now)
    suspend(a_class, now)
    enrolment.decline(enrolment=second, by=None, now=now)
    assert states([second, third]) == [
        (Status.WITHDRAWN, Why.OFFER_DECLINED),
        (Status.WAITLISTED, Why.CLASS_SUSPENDED),
    ]


def test_while_a_class_is_suspended_no_offer_is_accepted_and_none_runs_out(
    a_class: TrainingClass, now: datetime
) -> None:
    _first, second, third = offered(a_class, now)
    suspend(a_class, now)
    assert refusal_of(enrolment.accept, second, now) == EnrolmentRefusal.OFFER_ON_HOLD
    assert enrolment.tend_offers(now=now + 5 * DAY) == 0
    assert refusal_of(enrolment.accept, second, now + 5 * DAY) == EnrolmentRefusal.OFFER_ON_HOLD
    assert states([second, third]) == [(Status.OFFERED, ""), (Status.WAITLISTED, "")]
    assert enrolment.occupancy_differences() == []


def test_a_class_that_goes_on_offers_anew_with_the_whole_time_and_another_link(
    a_class: TrainingClass, now: datetime
) -> None:
    _first, second, third = offered(a_class, now)
    former, later = second.offer_code, now + 3 * DAY
    suspend(a_class, now, until=later)
    second.refresh_from_db()
    hours = policy.of_class(training_class=a_class, on=policy.local_date(later)).offer_hours
    assert second.offer_until == later + timedelta(hours=hours)
    assert (second.offer_code != former, told("enrolment_offered")) == (True, [second.learner_id])
    assert enrolment.by_code(code=link_code(second)) == second
    enrolment.accept(enrolment=second, by=None, now=later)
    assert states([second, third]) == [(Status.ADMITTED, ""), (Status.WAITLISTED, "")]
    assert enrolment.occupancy_differences() == []


def test_past_the_cut_off_who_held_an_offer_is_first_in_the_queue_again_and_called_in(
    a_class: TrainingClass, now: datetime
) -> None:
    _first, second, third = offered(a_class, now)
    late = enrolment.cut_off(training_class=a_class, now=now)
    suspend(a_class, now, until=late)
    assert states([second, third]) == [(Status.WAITLISTED, Why.CUT_OFF), (Status.WAITLISTED, "")]
    assert (told("enrolment_waitlisted"), counters(a_class)) == ([second.learner_id], (0, 2))
    second.refresh_from_db()
    enrolment.call_in(by=people.user(), enrolment=second, now=late)
    assert states([second, third])[0] == (Status.ADMITTED, "")
    assert enrolment.occupancy_differences() == []


def test_an_offered_seat_lets_nobody_teach_or_count_before_it_is_taken(a_class: TrainingClass, now: datetime) -> None:
    """It holds a seat and is live; only an admitted learner is on the register."""
    _first, second, _third = offered(a_class, now)
    assert Status.OFFERED in Enrolment.SEATED
    assert set(Enrolment.SEATED) < set(Enrolment.LIVE)
    assert access.own_enrolments(learner=second.learner).get().status == Status.OFFERED


def test_seats_that_were_added_are_offered_by_the_sweep(a_class: TrainingClass, now: datetime) -> None:
    first, second, third = queue(a_class, now)
    TrainingClass.objects.filter(pk=a_class.pk).update(seats=3)
    assert enrolment.tend_offers(now=now) == 0
    assert states([first, second, third]) == [(Status.ADMITTED, ""), (Status.OFFERED, ""), (Status.OFFERED, "")]
    assert told("enrolment_offered") == sorted([second.learner_id, third.learner_id], key=str)


def test_past_the_cut_off_staff_call_in_who_waited_longest_and_nobody_else(
    a_class: TrainingClass, now: datetime
) -> None:
    first, second, third = queue(a_class, now)
    officer, cut_off = people.user(), enrolment.cut_off(training_class=a_class, now=now)
    refusals = []
    for row, at in ((third, cut_off), (second, now)):
        with pytest.raises(EnrolmentRefused) as refused:
            enrolment.call_in(by=officer, enrolment=row, now=at)
        refusals.append(refused.value.code)
    assert refusals == [EnrolmentRefusal.NOT_FIRST, EnrolmentRefusal.NO_SEAT]
    leave(first, cut_off)
    enrolment.call_in(by=officer, enrolment=second, now=cut_off)
    assert states([second, third]) == [(Status.ADMITTED, ""), (Status.WAITLISTED, "")]
    assert (told("enrolment_admitted"), counters(a_class)) == ([second.learner_id], (1, 1))
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.call_in(by=officer, enrolment=third, now=cut_off)
    assert refused.value.code == EnrolmentRefusal.NO_SEAT
    assert enrolment.occupancy_differences() == []


def test_whom_a_rule_blocks_is_not_called_in(a_class: TrainingClass, now: datetime) -> None:
    first, second, _third = queue(a_class, now)
    cut_off = enrolment.cut_off(training_class=a_class, now=now)
    leave(first, cut_off)
    counted(learner=second.learner, key="occupation:chinese-cook:4", now=now)
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.call_in(by=people.user(), enrolment=second, now=cut_off)
    assert refused.value.code == Code.SAME_MODULE
    assert (states([second]), counters(a_class)) == ([(Status.WAITLISTED, Why.CUT_OFF)], (0, 2))


# ── Clock jumps ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_clock_set_back_after_an_offer_ran_out_admits_nobody_and_tells_nobody_twice(
    a_class: TrainingClass, now: datetime
) -> None:
    _first, second, third = offered(a_class, now)
    enrolment.tend_offers(now=now + DAY)
    assert refusal_of(enrolment.accept, second, now + SECOND) == EnrolmentRefusal.WRONG_STATUS
    assert enrolment.tend_offers(now=now) == 0
    assert states([second, third]) == [(Status.WITHDRAWN, Why.OFFER_EXPIRED), (Status.OFFERED, "")]
    assert (told("offer_expired"), told("enrolment_offered")) == ([second.learner_id], [third.learner_id])
    assert counters(a_class) == (1, 0)


def test_an_answer_refused_as_late_stays_refused_when_the_clock_is_set_back(
    a_class: TrainingClass, now: datetime
) -> None:
    _first, second, _third = offered(a_class, now)
    assert refusal_of(enrolment.accept, second, now + DAY) == EnrolmentRefusal.OFFER_OVER
    assert refusal_of(enrolment.accept, second, now) == EnrolmentRefusal.WRONG_STATUS
    assert told("enrolment_admitted") == []


def test_one_seat_is_offered_to_one_learner_however_often_and_whenever_one_looks(
    a_class: TrainingClass, now: datetime
) -> None:
    _first, second, third = offered(a_class, now)
    for jump in (timedelta(0), -DAY, DAY - SECOND, -30 * DAY, timedelta(hours=1)):
        enrolment.tend_offers(now=now + jump)
        enrolment.promote_next(training_class_id=a_class.pk, now=now + jump)
    assert states([second, third]) == [(Status.OFFERED, ""), (Status.WAITLISTED, "")]
    assert OutboxMessage.objects.count() == 0


def test_across_the_cut_off_and_back_the_seat_waits_and_is_then_offered_once(
    a_class: TrainingClass, now: datetime
) -> None:
    first, second, third = queue(a_class, now)
    cut_off = enrolment.cut_off(training_class=a_class, now=now)
    leave(first, cut_off)
    for _ in range(2):
        enrolment.tend_offers(now=cut_off + SECOND)
    assert AuditEvent.objects.filter(verb="enrolment_not_promoted").count() == 1
    assert told("enrolment_offered") == []
    enrolment.tend_offers(now=cut_off - SECOND)
    enrolment.tend_offers(now=cut_off - SECOND)
    assert states([second, third]) == [(Status.OFFERED, ""), (Status.WAITLISTED, "")]
    assert Enrolment.objects.get(pk=second.pk).offer_until == cut_off
    assert told("enrolment_offered") == [second.learner_id]


def test_an_offer_that_runs_out_at_the_cut_off_is_not_passed_on(a_class: TrainingClass, now: datetime) -> None:
    cut_off = enrolment.cut_off(training_class=a_class, now=now)
    first, second, third = queue(a_class, now)
    leave(first, cut_off - timedelta(hours=2))
    assert enrolment.tend_offers(now=cut_off) == 1
    assert states([second, third]) == [
        (Status.WITHDRAWN, Why.OFFER_EXPIRED),
        (Status.WAITLISTED, Why.CUT_OFF),
    ]
    assert counters(a_class) == (0, 1)
    assert told("enrolment_offered") == [second.learner_id]
