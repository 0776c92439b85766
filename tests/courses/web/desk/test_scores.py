"""Scores on the desk: entered by the institution's people who do not teach, changed with the district."""

from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from courses import policy, scores
from courses.models import Completion, Enrolment, Post, Score, User
from courses.policy import DEFAULTS
from tests.courses.web.desk.conftest import words
from tests.factories import people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Role = Post.Role


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture(autouse=True)
def _no_second_factor(settings: object) -> None:
    settings.ENFORCE_SECOND_FACTOR = False  # type: ignore[attr-defined]


@pytest.fixture
def own(now: datetime) -> Enrolment:
    made = training_class(now=now)
    document = {**DEFAULTS, "assessments": {made.kind_key: ["theory"]}}
    made.policy = policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)
    made.save()
    return enrolled(training_class=made, now=now)


@pytest.fixture
def school(own: Enrolment, now: datetime) -> Client:
    return browser(people.staff(role=Role.INSTITUTION, now=now, institution=own.training_class.institution))


@pytest.fixture
def district(own: Enrolment, now: datetime) -> Client:
    return browser(people.staff(role=Role.DISTRICT, now=now, district=own.training_class.district))


def enter(client: Client, own: Enrolment, **sent: str) -> str:
    address = reverse("desk_score_record", args=[own.training_class.number, own.number])
    return words(client.post(address, sent, follow=True))


def test_a_score_is_entered_and_shown_under_a_masked_name(school: Client, own: Enrolment) -> None:
    page = enter(school, own, theory="87.5")
    assert "已保存" in page
    assert "87.5" in page
    assert "王小强" not in page


def test_a_trainer_of_the_class_with_a_post_at_the_institution_reads_why_not(own: Enrolment, now: datetime) -> None:
    trainer = own.training_class.trainers.get()
    Post.objects.create(user=trainer, role=Role.INSTITUTION, institution=own.training_class.institution, since=now)
    client = browser(trainer)
    assert "考培分离" in words(client.get(reverse("desk_scores", args=[own.training_class.number])))
    assert "考培分离" in enter(client, own, theory="100")
    assert not Score.objects.exists()


def test_a_change_after_submission_waits_for_the_district(
    school: Client, district: Client, own: Enrolment, now: datetime
) -> None:
    enter(school, own, theory="55")
    Completion.objects.create(
        number="Z1", enrolment=own, status=Completion.Status.SUBMITTED, proposed_by=people.user(), proposed_at=now,
        proposed_reasoning={"findings": []}, submitted_by=people.user(), submitted_at=now,
    )  # fmt: skip
    assert "须写明原因" in enter(school, own, theory="65")
    assert "等待确认的修改" in enter(school, own, theory="65", reason="漏加")
    decide = reverse("desk_score_decide", args=[own.training_class.number, own.number, "theory"])
    assert school.post(decide, {"decision": "agree"}).status_code == 403
    assert "新成绩生效" in words(district.post(decide, {"decision": "agree"}, follow=True))
    assert scores.standing(enrolments=[own])[own.pk] == {"theory": 650}


def test_the_learner_reads_the_own_score_against_the_pass_mark(school: Client, own: Enrolment) -> None:
    enter(school, own, theory="55")
    assert own.learner.user is not None
    page = words(browser(own.learner.user).get(reverse("my_enrolment", args=[own.number])))
    assert "55 分，满 60 分合格" in page
