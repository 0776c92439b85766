"""请假: asked for, decided by somebody else, kept as evidence; never attendance."""

from typing import Any

import pytest
from django.core.files.base import ContentFile

from courses import attendance
from courses.attendance import LeaveRefusal, LeaveRefused, leave
from courses.models import Attendance, Evidence, Learner, LeaveRequest, Lesson, OutboxMessage, Proof, TrainingClass
from courses.people import proofs
from courses.people.proofs import ProofRefused
from tests.courses.attendance.conftest import Room, scan
from tests.courses.attendance.conftest import leave as scan_out
from tests.factories.papers import pdf

pytestmark = pytest.mark.django_db


def ask(room: Room, learner: Learner, minutes: float, **changes: Any) -> LeaveRequest:
    own = learner.enrolments.select_related("training_class__course", "learner").get()
    wanted = {"lessons": [room.lesson], "kind": "sick", "reason": "发烧，去医院", "content": None, **changes}
    return leave.ask(enrolment=own, by=learner.user, now=room.at(minutes), **wanted)


def refusal(room: Room, learner: Learner, minutes: float, **changes: Any) -> LeaveRefusal:
    with pytest.raises(LeaveRefused) as refused:
        ask(room, learner, minutes, **changes)
    return LeaveRefusal(refused.value.code)


def test_leave_that_is_granted_is_one_row_of_evidence_a_lesson_and_earns_nothing(room: Room) -> None:
    learner = room.learner()
    both = list(Lesson.objects.filter(training_class=room.a_class))
    request = ask(room, learner, -600, lessons=both)
    assert not Evidence.objects.exists()
    leave.decide(by=room.trainer, request=request, grant=True, answer="", now=room.at(-500))
    rows = Evidence.objects.filter(learner=learner)
    assert [(row.kind, row.reason, row.origin, row.by) for row in rows] == [
        ("leave", "sick", "phone", room.trainer)
    ] * 2
    assert [row.claimed_at for row in rows] == [room.at(-600)] * 2
    assert [(row.status, row.minutes, row.missing) for row in Attendance.objects.all()] == [
        ("sick", 0, [["sick", 180]])
    ] * 2
    [message] = OutboxMessage.objects.filter(kind="leave_granted")
    assert message.learner == learner
    assert "发烧" not in str(message.params)


def test_who_comes_all_the_same_was_there(room: Room) -> None:
    learner = room.learner()
    leave.decide(by=room.trainer, request=ask(room, learner, -600), grant=True, answer="", now=room.at(-500))
    scan(room, learner, 0)
    scan_out(room, learner, 180)
    assert Attendance.objects.get().status == "present"


def test_a_refusal_says_why_and_the_lesson_may_be_asked_for_again(room: Room) -> None:
    learner = room.learner()
    request = ask(room, learner, -600)
    with pytest.raises(LeaveRefused) as refused:
        leave.decide(by=room.trainer, request=request, grant=False, answer=" ", now=room.at(-500))
    assert refused.value.code == LeaveRefusal.REASON_MISSING
    leave.decide(by=room.trainer, request=request, grant=False, answer="当天考试", now=room.at(-500))
    assert not Attendance.objects.exists()
    assert ask(room, learner, -400).status == LeaveRequest.Status.ASKED


def test_a_request_is_taken_back_until_it_is_decided(room: Room) -> None:
    learner = room.learner()
    assert learner.user
    request = ask(room, learner, -600)
    leave.take_back(request=request, by=learner.user, now=room.at(-590))
    with pytest.raises(LeaveRefused) as refused:
        leave.decide(by=room.trainer, request=request, grant=True, answer="", now=room.at(-580))
    assert refused.value.code == LeaveRefusal.ALREADY_DECIDED
    granted = ask(room, learner, -570)
    leave.decide(by=room.trainer, request=granted, grant=True, answer="", now=room.at(-560))
    with pytest.raises(LeaveRefused):
        leave.take_back(request=granted, by=learner.user, now=room.at(-550))


def test_nobody_decides_on_their_own_leave(room: Room) -> None:
    learner = room.learner()
    assert learner.user
    request = ask(room, learner, -600)
    with pytest.raises(LeaveRefused) as refused:
        leave.decide(by=learner.user, request=request, grant=True, answer="", now=room.at(-500))
    assert refused.value.code == LeaveRefusal.SAME_PERSON


def test_what_cannot_be_asked_for(room: Room, easy_room: Room) -> None:
    learner = room.learner()
    days = 3 * 1440
    assert refusal(room, learner, -600, reason=" ") == LeaveRefusal.REASON_MISSING
    assert refusal(room, learner, -600, lessons=[]) == LeaveRefusal.NO_LESSONS
    assert refusal(room, learner, -600, lessons=[easy_room.lesson]) == LeaveRefusal.NOT_YOURS
    assert ask(room, learner, 180 + days).status == LeaveRequest.Status.ASKED
    assert refusal(room, learner, 100) == LeaveRefusal.ALREADY_ASKED
    other = room.learner("李梅")
    assert refusal(room, other, 181 + days) == LeaveRefusal.TOO_LATE
    TrainingClass.objects.filter(pk=room.a_class.pk).update(status=TrainingClass.Status.SUSPENDED)
    assert refusal(room, other, 100) == LeaveRefusal.CLASS_STOPPED


def test_the_choice_is_of_what_may_be_asked_for(room: Room) -> None:
    learner = room.learner()
    own = learner.enrolments.select_related("training_class").get()

    def numbers(minutes: float) -> list[int]:
        return [row.number for row in attendance.lessons_to_excuse(enrolment=own, now=room.at(minutes))]

    assert numbers(-600) == [1, 2]
    scan(room, learner, 0)
    assert numbers(10) == [2]
    ask(room, learner, 20, lessons=list(Lesson.objects.filter(number=2)))
    assert numbers(30) == []


def test_the_file_is_encrypted_is_no_proof_of_a_category_and_stays_with_the_request(room: Room) -> None:
    learner = room.learner()
    assert learner.user
    request = ask(room, learner, -600, content=ContentFile(pdf(), name="病历.pdf"))
    proof = Proof.objects.get()
    assert (request.proof, proof.category, proof.learner) == (proof, None, learner)
    assert proofs.content_of(proof=proof) == pdf()
    assert list(proofs.of_claims(training_class=room.a_class)) == [proof]
    with pytest.raises(ProofRefused):
        proofs.take_back(by=learner.user, proof=proof, now=room.at(-500))
    assert proofs.sweep(now=room.at(200 * 1440)) == 0
    assert proofs.sweep(now=room.at(11 * 366 * 1440)) == 1
