"""What a phone claims is confirmed by somebody who had no hand in it: not its trainer, and not who handed it in."""

from typing import Any

import pytest

from courses import attendance, completion
from courses.attendance import DisputeRefusal, DisputeRefused, MarkRefusal, MarkRefused, Outcome, disputes
from courses.models import Attendance, Enrolment, Lesson
from tests.courses.attendance.conftest import Room, teaches
from tests.courses.attendance.kit.conftest import Ready
from tests.factories import people
from tests.factories.phones import Phone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_trainers_whose_phones_differ_neither_confirms_nor_who_handed_in(
    easy_room: Room, ready: Ready, *, turned: bool
) -> None:
    learner, colleague, errands = easy_room.learner(), people.user(), [people.user(), people.user()]
    here, away = ready(), Phone(easy_room.lesson, colleague).prepare(easy_room.at(-20))
    here.mark(learner, "present", easy_room.at(5))
    away.mark(learner, "absent", easy_room.at(40))
    here.by, away.by = errands
    for phone in (away, here) if turned else (here, away):
        phone.send(easy_room.at(60))
    receipt = attendance.roster(lesson=easy_room.lesson)[0].awaiting
    for by in (easy_room.trainer, colleague, *errands):
        with pytest.raises(MarkRefused) as refused:
            attendance.confirm(by=by, receipt=receipt, lesson=easy_room.lesson, now=easy_room.at(61))
        assert refused.value.code == MarkRefusal.SAME_PERSON
    attendance.confirm(by=people.user(), receipt=receipt, lesson=easy_room.lesson, now=easy_room.at(62))
    assert Attendance.objects.get().minutes == 180


def test_who_handed_in_what_a_completion_rests_on_decides_neither_on_it_nor_on_a_dispute(
    easy_room: Room, ready: Ready
) -> None:
    learner, phone, errand, other = easy_room.learner(), ready(), people.user(), people.user()
    Lesson.objects.filter(training_class=easy_room.a_class).exclude(pk=easy_room.lesson.pk).update(status="cancelled")
    phone.mark(learner, "present", easy_room.at(5))
    phone.by = errand
    phone.send(easy_room.at(60))
    own = Enrolment.objects.select_related("learner", "training_class__policy", "training_class__course").get()
    contested = attendance.raise_dispute(
        enrolment=own, lesson=easy_room.lesson, text="我迟到了", content=None, by=learner.user, now=easy_room.at(200)
    )
    said: dict[str, Any] = {
        "dispute": contested,
        "outcome": Outcome.KEEP,
        "hours": None,
        "text": "核对过",
        "now": easy_room.at(400),
    }
    disputes.answer(by=easy_room.trainer, dispute=contested, support=False, text="在场", now=easy_room.at(300))
    with pytest.raises(DisputeRefused) as refused:
        disputes.decide(by=errand, **said)
    assert refused.value.code == DisputeRefusal.SAME_PERSON
    disputes.decide(by=other, **said)
    done = completion.propose(by=people.user(), enrolment=own, now=easy_room.at(410))
    interested = [by for by in (errand, other) if completion.deciding.interested(by=by, completions=[done])]
    assert interested == [errand]


def test_what_a_trainer_s_phone_says_of_the_trainer_waits_for_somebody_else(easy_room: Room, ready: Ready) -> None:
    own, phone = teaches(easy_room, easy_room.learner()), ready()
    phone.mark(own, "present", easy_room.at(5))
    phone.send(easy_room.at(60))
    [row] = attendance.roster(lesson=easy_room.lesson)
    assert (row.for_another, row.minutes) == (True, 0)
    attendance.confirm(by=people.user(), receipt=row.awaiting, lesson=easy_room.lesson, now=easy_room.at(62))
    assert Attendance.objects.get().minutes == 180
