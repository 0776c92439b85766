"""A learner asks to change class; the seat stays until the institution answers."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from courses import enrolment
from courses.enrolment import EnrolmentRefused
from courses.models import AuditEvent, Course, Enrolment, OutboxMessage, TrainingClass, TransferRequest, User
from courses.notices.texts import text_of
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Asked = TransferRequest.Status
LATER = timedelta(days=10)


@pytest.fixture
def course() -> Course:
    return catalogue.course()


@pytest.fixture
def here(now: datetime, course: Course) -> TrainingClass:
    return training_class(now=now, seats=1, course=course)


@pytest.fixture
def there(now: datetime, course: Course) -> TrainingClass:
    return training_class(now=now, seats=1, course=course, first=now + LATER)


@pytest.fixture
def own(here: TrainingClass, now: datetime) -> Enrolment:
    return enrolled(training_class=here, now=now)


def ask(own: Enrolment, to: TrainingClass, now: datetime, reason: str = "上班冲突") -> TransferRequest:
    assert own.learner.user is not None
    return enrolment.ask_for_transfer(enrolment=own, to=to, reason=reason, by=own.learner.user, now=now)


def refusal_of(own: Enrolment, to: TrainingClass, now: datetime, **more: str) -> str:
    with pytest.raises(EnrolmentRefused) as refused:
        ask(own, to, now, **more)
    return str(refused.value.code)


def test_asking_changes_no_seat_and_keeps_one_wish_at_a_time(
    own: Enrolment, there: TrainingClass, now: datetime
) -> None:
    made = ask(own, there, now)
    own.refresh_from_db()
    there.refresh_from_db()
    assert (own.status, there.taken, made.status) == ("admitted", 0, Asked.ASKED)
    assert refusal_of(own, there, now) == "asked_already"
    assert enrolment.open_request(enrolment=own) == made
    assert enrolment.open_requests(training_class=own.training_class) == {own.pk: made}
    with pytest.raises(IntegrityError), transaction.atomic():
        TransferRequest.objects.create(enrolment=own, to=there, reason="再问", asked_at=now)


def test_only_free_classes_of_the_course_and_the_institution_are_asked_for(
    own: Enrolment, here: TrainingClass, there: TrainingClass, course: Course, now: datetime
) -> None:
    elsewhere = training_class(
        now=now, course=course, first=now + LATER, institution=catalogue.institution(number="J9", name="别的学校")
    )
    assert list(enrolment.own_choices(enrolment=own, now=now)) == [there]
    assert refusal_of(own, elsewhere, now) == "full"
    assert refusal_of(own, here, now) == "other_course"
    assert refusal_of(own, training_class(now=now, first=now + LATER), now) == "other_course"
    assert refusal_of(own, there, now, reason=" ") == "reason_missing"
    enrolled(training_class=there, now=now)
    assert refusal_of(own, there, now) == "full"


def test_the_transfer_answers_it(own: Enrolment, there: TrainingClass, now: datetime) -> None:
    ask(own, there, now)
    officer = people.user()
    enrolment.transfer(by=officer, enrolment=own, to=there, reason="上班冲突", now=now)
    answered = TransferRequest.objects.get()
    assert (answered.status, answered.decided_by) == (Asked.GRANTED, officer)
    assert enrolment.open_requests(training_class=own.training_class) == {}


def test_a_refusal_has_a_reason_that_is_told_and_one_may_ask_again(
    own: Enrolment, there: TrainingClass, now: datetime
) -> None:
    ask(own, there, now)
    officer: User = people.user()
    OutboxMessage.objects.all().delete()
    with pytest.raises(EnrolmentRefused, match="reason_missing"):
        enrolment.turn_request_down(enrolment=own, reason=" ", by=officer, now=now)
    enrolment.turn_request_down(enrolment=own, reason="那个班要求有基础。", by=officer, now=now)
    message = OutboxMessage.objects.get()
    said = text_of(kind=message.kind, params=message.params, language="zh-hans")
    assert "未办理成功，原因：那个班要求有基础。您原来的席位不变。" in said
    with pytest.raises(EnrolmentRefused, match="nothing_asked"):
        enrolment.turn_request_down(enrolment=own, reason="再说一次", by=officer, now=now)
    assert ask(own, there, now).status == Asked.ASKED
    assert [row.verb for row in AuditEvent.objects.filter(verb__startswith="transfer_").order_by("pk")] == [
        "transfer_asked",
        "transfer_refused",
        "transfer_asked",
    ]


def test_a_wish_is_taken_back_by_its_learner_once(own: Enrolment, there: TrainingClass, now: datetime) -> None:
    ask(own, there, now)
    assert own.learner.user is not None
    enrolment.take_request_back(enrolment=own, by=own.learner.user, now=now)
    assert enrolment.open_request(enrolment=own) is None
    with pytest.raises(EnrolmentRefused, match="nothing_asked"):
        enrolment.take_request_back(enrolment=own, by=own.learner.user, now=now)


def test_who_left_asks_for_nothing_any_more(own: Enrolment, there: TrainingClass, now: datetime) -> None:
    ask(own, there, now)
    enrolment.withdraw(by=people.user(), enrolment=own, reason="退出", now=now)
    assert enrolment.open_requests(training_class=own.training_class) == {}
    assert refusal_of(own, there, now) == "wrong_status"


def test_who_left_hears_nothing_more_of_the_wish(own: Enrolment, there: TrainingClass, now: datetime) -> None:
    """No seat is left that could stay, as both messages say it does."""
    officer: User = people.user()
    wish = ask(own, there, now)
    enrolment.withdraw(by=officer, enrolment=own, reason="退出", now=now)
    OutboxMessage.objects.all().delete()
    with pytest.raises(EnrolmentRefused, match="nothing_asked"):
        enrolment.turn_request_down(enrolment=own, reason="没有空位", by=officer, now=now)
    enrolment.end_requests(to=there, by=officer, now=now)
    wish.refresh_from_db()
    assert wish.status == Asked.ENDED
    assert not OutboxMessage.objects.exists()


def test_a_wish_that_came_after_those_that_are_ended_is_not_ended_unheard(
    own: Enrolment, there: TrainingClass, now: datetime
) -> None:
    other = enrolled(training_class=training_class(now=now, course=there.course), now=now)
    first, late = ask(own, there, now), []

    def rival_first(execute, sql, params, many, context):
        if not late and sql.startswith('UPDATE "courses_transferrequest"'):
            late.append(None)
            late[0] = ask(other, there, now)
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(rival_first):
        enrolment.end_requests(to=there, by=None, now=now)
    first.refresh_from_db()
    late[0].refresh_from_db()
    assert (first.status, late[0].status) == (Asked.ENDED, Asked.ASKED)
    assert list(OutboxMessage.objects.filter(kind="transfer_ended").values_list("learner", flat=True)) == [
        own.learner_id
    ]
