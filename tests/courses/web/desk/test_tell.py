"""A lesson moves, and nothing reaches one of its learners: the institution has it to say, and to nobody else."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from courses import classes, privacy, seating
from courses.models import ChangeRequest, Learner, OutboxMessage, Post, TrainingClass
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, first_lesson, training_class

pytestmark = pytest.mark.django_db
TURN = "1 人没有收到通知，请当面告知"


def without_phone(now: datetime, name: str) -> Learner:
    learner = people.learner(now=now, name=name, with_login=False)
    Learner.objects.filter(pk=learner.pk).update(phone="")
    learner.phone = ""
    return learner


def moved(now: datetime, cast: Cast) -> tuple[TrainingClass, ChangeRequest]:
    made = training_class(now=now, first=now + timedelta(days=9), trainers=[cast.trainer])
    for learner in (people.learner(now=now, name="孙小海"), without_phone(now, "于桂花")):
        enrolled(training_class=made, now=now, learner=learner)
    OutboxMessage.objects.all().delete()
    lesson = first_lesson(made)
    request = classes.ask_change(
        by=cast.institution, lesson=lesson, starts_at=lesson.starts_at, ends_at=lesson.ends_at, room="305 教室",
        trainer=lesson.trainer, reason="教室检修", now=now,
    )  # fmt: skip
    return made, request


def test_who_no_message_reaches_waits_at_the_institution_until_somebody_has_told_them(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made, request = moved(now, cast)
    decide = reverse("desk_change_decide", args=[made.number, request.number])
    answer = words(sign_in(cast.district).post(decide, {"decision": "grant"}, follow=True))
    assert "其中 1 名学员没有手机号，收不到通知，请机构当面告知。" in answer
    school, address = sign_in(cast.institution), reverse("desk_tell", args=[made.number])
    assert TURN in words(school.get(reverse("desk")))
    page = school.get(address)
    assert privacy.mask_name("于桂花") in words(page)
    assert "于桂花" not in words(page)
    assert "没有手机号" in words(page)
    assert "305 教室" in words(page)
    form = soup(page).select_one("form[action$='/told/']")
    assert form is not None
    keys = [field["value"] for field in form.select("input[name=message]")]
    done = school.post(str(form["action"]), {"message": keys, "how": "in_person"}, follow=True)
    assert "已记下。" in words(done)
    assert "没有要当面告知的" in words(done)
    assert TURN not in words(school.get(reverse("desk")))
    again = school.post(str(form["action"]), {"message": [*keys, "x"], "how": "in_person"}, follow=True)
    assert "这几条已经有人告知" in words(again)


def test_another_institution_sees_nothing_of_it(now: datetime, cast: Cast, sign_in: Open) -> None:
    made, request = moved(now, cast)
    classes.decide_change(by=cast.district, request=request, grant=True, answer="", now=now)
    other = people.staff(
        role=Post.Role.INSTITUTION, now=now, institution=catalogue.institution("J002", "福山学校"), username="cast-b"
    )
    stranger = sign_in(other)
    assert stranger.get(reverse("desk_tell", args=[made.number])).status_code == 404
    key = OutboxMessage.objects.get(channel="site", learner__isnull=False).provider_key
    sent = {"message": [str(key)], "how": "in_person"}
    assert stranger.post(reverse("desk_tell_done", args=[made.number]), sent).status_code == 404
    assert TURN not in words(stranger.get(reverse("desk")))
    assert OutboxMessage.objects.get(channel="site", learner__isnull=False).told_at is None
    assert TURN in words(sign_in(cast.institution).get(reverse("desk")))


def test_a_decision_about_one_learner_says_truly_whether_they_hear_of_it(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=9), mode=TrainingClass.Mode.REVIEWED)
    silent = enrolled(training_class=made, now=now, learner=without_phone(now, "于桂花"))
    heard = enrolled(training_class=made, now=now)
    school = sign_in(cast.institution)

    def admit(number: str) -> str:
        address = reverse("desk_enrolment_decide", args=[made.number, number])
        return words(school.post(address, {"decision": "admit"}, follow=True))

    assert "已办理，并通知本人。" in admit(heard.number)
    assert "已办理，本人没有手机号，请当面告知。" in admit(silent.number)


def test_a_class_that_is_suspended_names_how_many_are_to_be_told(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, first=now + timedelta(days=9))
    for name in ("于桂花", "姜德海"):
        enrolled(training_class=made, now=now, learner=without_phone(now, name))
    OutboxMessage.objects.all().delete()
    address = reverse("desk_class_advance", args=[made.number])
    answer = sign_in(cast.district).post(address, {"to": "suspended", "reason": "停电"}, follow=True)
    assert "其中 2 名学员没有手机号" in words(answer)
    made.refresh_from_db()
    seating.advance(by=people.user(), training_class=made, to=TrainingClass.Status.CANCELLED, reason="停电", now=now)
    assert "1 人没有收到通知" in words(sign_in(cast.institution).get(reverse("desk")))
