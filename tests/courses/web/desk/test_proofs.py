"""材料 on the desk: for who reviews, of whom they review, and every opening is kept."""

from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from courses import enrolment
from courses.models import District, Enrolment, LearnerCategory, Post, Proof, Reveal, TrainingClass, User
from courses.people import proofs
from tests.courses.web.desk.conftest import Cast, Open
from tests.factories import catalogue, papers, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
PDF = papers.pdf()


@pytest.fixture
def applied(now: datetime, settings: Settings, tmp_path: Path) -> Enrolment:
    """A veteran of 66 who waits for the review of a class and has handed in a card."""
    backend = "django.core.files.storage.FileSystemStorage"
    private = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    learner = people.learner(now=now, born_on=now.date().replace(year=1960))
    learner.category = LearnerCategory.objects.create(key="veteran", name="退役军人", name_en="Veteran")
    learner.save()
    a_class = training_class(now=now, mode=TrainingClass.Mode.REVIEWED)
    proofs.hand_in(learner=learner, category=learner.category, content=ContentFile(PDF), by=learner.user, now=now)
    return enrolled(training_class=a_class, learner=learner, now=now)


def address(own: Enrolment, proof: Proof | None = None) -> str:
    code = (proof or Proof.objects.earliest("pk")).code
    return reverse("desk_proof", args=[own.training_class.number, own.number, code])


def test_a_reviewer_sees_remarks_and_files_beside_the_applicant(cast: Cast, sign_in: Open, applied: Enrolment) -> None:
    told = sign_in(cast.institution).get(reverse("desk_class", args=[applied.training_class.number])).content.decode()
    assert "开班时可能已到退休年龄" in told
    assert address(applied) in told


def test_an_opening_is_a_download_and_the_learner_sees_who_looked(
    cast: Cast, sign_in: Open, applied: Enrolment
) -> None:
    given = sign_in(cast.institution).post(address(applied))
    assert (given.status_code, given.content) == (200, PDF)
    assert given.headers["Content-Disposition"].startswith(f'attachment; filename="{applied.number}-')
    assert (given.headers["X-Content-Type-Options"], given.headers["Content-Security-Policy"]) == (
        "nosniff",
        "default-src 'none'; sandbox",
    )
    assert Reveal.objects.values_list("by", "field").get() == (cast.institution.pk, "proof")
    learner = applied.learner.user
    assert learner
    mine = sign_in(learner).get(reverse("my_data")).content.decode()
    assert "陈明，证明材料" in mine


def test_who_may_not_review_cannot_open_it(cast: Cast, sign_in: Open, applied: Enrolment) -> None:
    told = {name: sign_in(user).post(address(applied)).status_code for name, user in cast.everybody().items()}
    assert told == {
        "learner": 403,
        "trainer": 403,
        "institution": 200,
        "district": 200,
        "city": 403,
        "inspector": 403,
        "auditor": 403,
        "editor": 403,
    }
    assert Reveal.objects.count() == 2


@pytest.fixture
def elsewhere(now: datetime) -> tuple[User, User]:
    other: District = catalogue.district("fushan", "福山区", "370611")
    school = catalogue.institution("J002", "另一所学校", district=other)
    return (
        people.staff(role=Post.Role.DISTRICT, now=now, district=other),
        people.staff(role=Post.Role.INSTITUTION, now=now, institution=school),
    )


def test_a_file_of_somebody_elses_class_or_of_another_person_is_not_found(
    cast: Cast, sign_in: Open, applied: Enrolment, elsewhere: tuple[User, User], now: datetime
) -> None:
    assert [sign_in(user).post(address(applied)).status_code for user in elsewhere] == [404, 404]
    other = people.learner(now=now)
    assert applied.category
    foreign = proofs.hand_in(learner=other, category=applied.category, content=ContentFile(PDF), by=None, now=now)
    assert sign_in(cast.institution).post(address(applied, foreign)).status_code == 404
    assert not Reveal.objects.exists()


def test_the_list_costs_as_many_statements_for_many_files_as_for_none(
    cast: Cast, sign_in: Open, applied: Enrolment, now: datetime
) -> None:
    browser, there = sign_in(cast.institution), reverse("desk_class", args=[applied.training_class.number])
    browser.get(there)
    with CaptureQueriesContext(connection) as one:
        browser.get(there)
    for _ in range(4):
        learner = people.learner(now=now)
        learner.category = applied.category
        learner.save()
        assert learner.category
        proofs.hand_in(learner=learner, category=learner.category, content=ContentFile(PDF), by=None, now=now)
        enrolment.apply(learner=learner, training_class=applied.training_class, now=now)
    with CaptureQueriesContext(connection) as many:
        browser.get(there)
    assert len(one) == len(many)
