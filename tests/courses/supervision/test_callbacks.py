"""Learners of a class are drawn by lot once it is over and called from outside it; what the register does not bear out
is shown to people."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses import completion, supervision
from courses.completion.sampling import lot
from courses.models import (
    AuditEvent,
    CallBack,
    CallBackLine,
    Completion,
    Enrolment,
    Learner,
    PersonMerge,
    Reveal,
    Signal,
    TrainingClass,
    User,
)
from courses.supervision import Answers, CallBackRefusal, CallBackRefused
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import attended

pytestmark = pytest.mark.django_db
Result = CallBackLine.Result
FINE = Answers(is_learner=True, attended=True, as_taught=True, charged=False)
Make = Callable[..., TrainingClass]


@pytest.fixture
def over(now: datetime) -> Make:
    """A class of three days that ended yesterday, everybody there on each of them."""

    def make(people_in: int = 1, present: bool = True) -> TrainingClass:
        planned, trainer = now - timedelta(days=9), people.user()
        made = training_class(now=planned, first=now - timedelta(days=3), lessons=3, trainers=[trainer])
        for _ in range(people_in):
            own = enrolled(training_class=made, now=planned)
            if present:
                attended(own, by=trainer)
        TrainingClass.objects.filter(pk=made.pk).update(status=TrainingClass.Status.ASSESSING)
        made.refresh_from_db()
        return made

    return make


def drawn(made: TrainingClass, now: datetime) -> CallBackLine:
    supervision.draw(training_class=made, now=now)
    needed = ("call_back__training_class", "enrolment__learner")
    return CallBackLine.objects.select_related(*needed).filter(call_back__training_class=made).order_by("place")[0]


def refusal(line: CallBackLine, said: Answers, *, by: User, now: datetime) -> CallBackRefusal:
    with pytest.raises(CallBackRefused) as refused:
        supervision.answer(by=by, line=line, said=said, now=now)
    return refused.value.code  # type: ignore[return-value]


@pytest.mark.parametrize(("people_in", "size"), [(1, 1), (10, 1), (11, 2), (20, 2)])
def test_a_tenth_of_each_class_is_drawn_and_at_least_one(now: datetime, over: Make, people_in: int, size: int) -> None:
    made = over(people_in, present=False)
    assert supervision.draw_due(now=now) == 1
    kept = CallBack.objects.get()
    numbers = sorted(Enrolment.objects.values_list("number", flat=True))
    held = list(kept.lines.values_list("enrolment__number", flat=True))
    assert (kept.training_class, kept.population) == (made, people_in)
    assert held == lot(seed=kept.seed, numbers=numbers, size=size)
    assert supervision.drawn_as_kept(call_back=kept)


def test_each_class_is_drawn_from_once_and_none_before_it_is_over(now: datetime, over: Make) -> None:
    over()
    running = training_class(now=now, first=now, lessons=1)
    enrolled(training_class=running, now=now)
    TrainingClass.objects.filter(pk=running.pk).update(status=TrainingClass.Status.RUNNING)
    assert [supervision.draw_due(now=now) for _ in range(2)] == [1, 0]
    assert supervision.draw_due(now=now + timedelta(days=1)) == 1


@pytest.mark.parametrize("days", [89, 91])
def test_classes_that_ended_long_ago_are_left_alone(now: datetime, over: Make, days: int) -> None:
    made = over()
    day = now.date() - timedelta(days=days)
    TrainingClass.objects.filter(pk=made.pk).update(starts_on=day, ends_on=day)
    assert supervision.draw_due(now=now) == (days < 90)


def test_a_list_that_was_changed_afterwards_shows(now: datetime, over: Make) -> None:
    line = drawn(over(people_in=12, present=False), now)
    strangers = Enrolment.objects.exclude(pk__in=CallBackLine.objects.values("enrolment"))
    CallBackLine.objects.filter(pk=line.pk).update(enrolment=strangers[0])
    assert not supervision.drawn_as_kept(call_back=line.call_back)


def test_an_answer_that_fits_is_kept_and_raises_nothing(now: datetime, over: Make) -> None:
    line = drawn(over(), now)
    supervision.answer(by=people.user(), line=line, said=FINE, now=now)
    assert (line.result, line.days_attended, line.at) == (Result.FINE, 3, now)
    assert not Signal.objects.filter(kind=Signal.Kind.CALL_BACK).exists()
    event = AuditEvent.objects.get(verb="called_back")
    assert event.detail == {"class": line.call_back.training_class.number, "line": line.code, "result": "fine"}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Answers(is_learner=True, attended=False, note="没去过"), "not_attended"),
        (Answers(is_learner=True, attended=True, days=1, note="就去了一天"), "fewer_days"),
        (Answers(is_learner=False, note="号码是她哥哥的"), "not_learner"),
    ],
)
def test_what_the_register_does_not_bear_out_is_a_signal_of_the_last_lesson(
    now: datetime, over: Make, said: Answers, told: str
) -> None:
    made = over()
    line = drawn(made, now)
    supervision.answer(by=people.user(), line=line, said=said, now=now)
    signal = Signal.objects.get(kind=Signal.Kind.CALL_BACK)
    assert (line.result, signal.lesson.number) == (Result.DOUBTFUL, 3)
    assert (signal.figures, signal.rows) == (
        {"people": 1, "asked": 1, "from": 2},
        [{"learner": line.enrolment.learner.number, "at": now.isoformat(), "said": told, "days": said.days, "seen": 3}],
    )
    supervision.compute(lesson=signal.lesson, now=now + timedelta(hours=1))
    assert Signal.objects.filter(kind=Signal.Kind.CALL_BACK).count() == 1


@pytest.mark.parametrize("days", [2, 3, 4])
def test_a_day_more_or_less_is_no_contradiction(now: datetime, over: Make, days: int) -> None:
    line = drawn(over(), now)
    supervision.answer(by=people.user(), line=line, said=Answers(is_learner=True, attended=True, days=days), now=now)
    assert (line.result, Signal.objects.filter(kind=Signal.Kind.CALL_BACK).count()) == (Result.FINE, 0)


def test_who_never_came_may_say_so(now: datetime, over: Make) -> None:
    line = drawn(over(present=False), now)
    supervision.answer(by=people.user(), line=line, said=Answers(is_learner=True, attended=False), now=now)
    assert (line.result, Signal.objects.count()) == (Result.FINE, 0)


@pytest.mark.parametrize("more", [{"charged": True}, {"as_taught": False}])
def test_a_fee_or_another_content_does_not_fit_but_says_nothing_against_the_register(
    now: datetime, over: Make, more: dict[str, bool]
) -> None:
    line = drawn(over(), now)
    said = Answers(is_learner=True, attended=True, note="收了两百", **more)  # type: ignore[arg-type]
    supervision.answer(by=people.user(), line=line, said=said, now=now)
    assert (line.result, Signal.objects.filter(kind=Signal.Kind.CALL_BACK).count()) == (Result.DOUBTFUL, 0)


def test_whom_a_call_back_speaks_against_is_not_approved_before_somebody_has_looked(now: datetime, over: Make) -> None:
    made = over()
    line = drawn(made, now)
    trainer, school, officer = made.trainers.get(), people.user(), people.user()
    done = completion.propose(by=trainer, enrolment=line.enrolment, now=now)
    completion.submit(by=school, completion=done, now=now)
    said = Answers(is_learner=True, attended=False, note="没去过")
    supervision.answer(by=people.user(), line=line, said=said, now=now)
    for signal in Signal.objects.exclude(kind=Signal.Kind.CALL_BACK):
        supervision.look_at(by=officer, signal=signal, text="已核对", now=now)
    with pytest.raises(completion.CompletionRefused, match="signal_open"):
        completion.approve(by=officer, completion=done, now=now)
    supervision.look_at(by=officer, signal=Signal.objects.get(kind=Signal.Kind.CALL_BACK), text="记错了班", now=now)
    completion.approve(by=officer, completion=done, now=now)
    done.refresh_from_db()
    assert done.status == Completion.Status.APPROVED


def test_nobody_from_inside_calls_or_reads_the_number(now: datetime, over: Make) -> None:
    made = over()
    line = drawn(made, now)
    colleague = people.staff(role="institution", now=now - timedelta(days=1), institution=made.institution)
    inside = [colleague, made.trainers.get(), line.enrolment.learner.user]
    for by in inside:
        assert by is not None
        assert refusal(line, FINE, by=by, now=now) == CallBackRefusal.NOT_OUTSIDE
        with pytest.raises(CallBackRefused, match="not_outside"):
            supervision.number_of_call_back(by=by, line=line, now=now)
        with pytest.raises(CallBackRefused, match="not_outside"):
            supervision.unreachable(by=by, line=line, now=now)
    other = people.staff(
        role="institution", now=now - timedelta(days=1), institution=catalogue.institution("J002", "别校")
    )
    supervision.answer(by=other, line=line, said=FINE, now=now)


def test_nobody_answers_for_a_record_that_was_merged_into_their_own(now: datetime, over: Make) -> None:
    line = drawn(over(), now)
    kept, merged = people.learner(now=now), line.enrolment.learner
    PersonMerge.objects.create(kept=kept, merged=merged, by=people.user(), at=now, reason="核对")
    Learner.objects.filter(pk=merged.pk).update(user=None)
    assert kept.user is not None
    assert refusal(line, FINE, by=kept.user, now=now) == CallBackRefusal.NOT_OUTSIDE


def test_the_phone_of_a_merged_record_is_that_of_the_surviving_one(now: datetime, over: Make) -> None:
    line = drawn(over(), now)
    kept, merged = people.learner(now=now), line.enrolment.learner
    PersonMerge.objects.create(kept=kept, merged=merged, by=people.user(), at=now, reason="核对")
    assert kept.phone != merged.phone
    assert supervision.number_of_call_back(by=people.user(), line=line, now=now) == kept.phone
    assert Reveal.objects.get().learner == kept


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Answers(), CallBackRefusal.NOT_ANSWERED),
        (Answers(is_learner=True), CallBackRefusal.NOT_ANSWERED),
        (Answers(is_learner=True, attended=True, days=-1), CallBackRefusal.WRONG_NUMBER),
        (Answers(is_learner=True, attended=True, days=401), CallBackRefusal.WRONG_NUMBER),
        (Answers(is_learner=True, attended=True, satisfaction=6), CallBackRefusal.WRONG_NUMBER),
        (Answers(is_learner=True, attended=False, note="  "), CallBackRefusal.NOTE_MISSING),
        (Answers(is_learner=True, attended=True, charged=True), CallBackRefusal.NOTE_MISSING),
    ],
)
def test_half_an_answer_is_refused_and_nothing_is_kept(
    now: datetime, over: Make, said: Answers, code: CallBackRefusal
) -> None:
    line = drawn(over(), now)
    assert refusal(line, said, by=people.user(), now=now) == code
    line.refresh_from_db()
    assert (line.result, Signal.objects.filter(kind=Signal.Kind.CALL_BACK).count()) == (Result.OPEN, 0)


def test_who_was_not_reached_may_still_answer_and_an_answer_stands(now: datetime, over: Make) -> None:
    line = drawn(over(), now)
    first, second = people.user(), people.user()
    supervision.unreachable(by=first, line=line, now=now)
    assert (line.result, line.by) == (Result.UNREACHABLE, first)
    supervision.answer(by=second, line=line, said=FINE, now=now)
    assert (line.result, line.by) == (Result.FINE, second)
    assert refusal(line, FINE, by=first, now=now) == CallBackRefusal.ASKED
    with pytest.raises(CallBackRefused, match="asked"):
        supervision.unreachable(by=first, line=line, now=now)


def test_a_look_at_the_number_is_logged_with_the_call_back_it_was_for(now: datetime, over: Make) -> None:
    line = drawn(over(), now)
    by = people.user()
    learner = line.enrolment.learner
    assert supervision.number_of_call_back(by=by, line=line, now=now) == learner.phone
    kept = Reveal.objects.get()
    assert (kept.by, kept.learner, kept.field, kept.reason) == (
        by,
        learner,
        "phone",
        f"电话回访 {line.call_back.number}",
    )


def test_the_database_keeps_no_answer_without_somebody_who_asked(now: datetime, over: Make) -> None:
    line = drawn(over(), now)
    for values in ({"result": Result.FINE}, {"result": "maybe"}, {"satisfaction": 6}, {"by": people.user()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CallBackLine.objects.filter(pk=line.pk).update(**values)
