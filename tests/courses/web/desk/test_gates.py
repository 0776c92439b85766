"""Who passes each door of the desk, for every role, and whose rows they find behind it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses import completion
from courses.models import Completion, CountEntry, Post, TrainingClass, User
from tests.courses.web.desk.conftest import Cast, Open, words
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db

STAFF_OF_THE_DESK = {"institution", "district", "city", "inspector", "auditor"}
MATRIX: dict[str, set[str]] = {
    "desk": STAFF_OF_THE_DESK,
    "desk_classes": STAFF_OF_THE_DESK,
    "desk_completions": STAFF_OF_THE_DESK,
    "desk_inbox": STAFF_OF_THE_DESK,
    "desk_tally": STAFF_OF_THE_DESK,
    "tally_entries": STAFF_OF_THE_DESK,
    "desk_class_new": {"institution"},
    "desk_approve": {"district", "city"},
    "desk_targets": {"city"},
    "desk_targets_held": STAFF_OF_THE_DESK,
    "desk_learners": {"institution", "district", "city"},
    "desk_exports": {"institution", "district", "city", "inspector"},
    "desk_export_log": {"city", "auditor"},
    "desk_revocations": {"district", "city"},
    "desk_samples": {"city"},
    "desk_merges": {"city"},
    "desk_corrections": {"institution", "district", "city"},
    "desk_count_settings": {"city"},
    "desk_rules": {"city"},
    "desk_rule_policy": {"city"},
    "desk_rule_commitment": {"city"},
    "desk_needs": STAFF_OF_THE_DESK,
    "desk_need_new": {"city"},
}


@pytest.mark.parametrize("name", MATRIX)
def test_a_door_opens_to_the_roles_that_may_pass_and_to_no_other(name: str, cast: Cast, sign_in: Open) -> None:
    catalogue.policy()
    answers = {role: sign_in(user).get(reverse(name)).status_code for role, user in cast.everybody().items()}
    assert {role for role, status in answers.items() if status == 200} == MATRIX[name]
    assert {status for status in answers.values() if status != 200} == {403}


@pytest.mark.parametrize("name", MATRIX)
def test_a_stranger_is_sent_to_the_staff_door(name: str) -> None:
    response = Client().get(reverse(name))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_staff_login"))


POSTS: dict[str, set[str]] = {
    "desk_class_submit": {"institution", "city"} - {"city"},
    "desk_class_approve": {"district", "city"},
    "desk_class_return": {"district", "city"},
    "desk_completions_submit": {"institution"},
}


@pytest.mark.parametrize("name", POSTS)
def test_only_who_decides_finds_the_class_behind_a_decision(
    name: str, cast: Cast, sign_in: Open, finished: Callable[..., TrainingClass]
) -> None:
    number = finished(people_in=0).number
    answers = {
        role: sign_in(user).post(reverse(name, args=[number])).status_code for role, user in cast.everybody().items()
    }
    assert {role for role, status in answers.items() if status == 302} == POSTS[name]
    assert {status for status in answers.values() if status != 302} <= {403, 404}


@pytest.mark.parametrize(
    "name", ["desk_class_submit", "desk_approve_done", "desk_target_set", "desk_target_paste", "desk_export_tally"]
)
def test_a_link_decides_nothing(name: str, cast: Cast, sign_in: Open) -> None:
    args = ["02F20260001"] if name == "desk_class_submit" else []
    assert sign_in(cast.city).get(reverse(name, args=args)).status_code == 405


@pytest.fixture
def foreign(now: datetime, submitted: Callable[..., TrainingClass]) -> dict[str, Any]:
    """A counted person-time of another district and another institution, seen from Laishan."""
    laishan = catalogue.district("laishan", "莱山区", "370613")
    school = catalogue.institution("J002", "莱山学校", laishan)
    made = submitted(people_in=1)
    approver = people.staff(role=Post.Role.CITY, now=now - timedelta(days=9), username="approver")
    completion.approve_all(by=approver, completions=_needed(made), now=now)
    return {
        "class": made,
        "entry": CountEntry.objects.get(),
        "officers": {
            "district": people.staff(role=Post.Role.DISTRICT, now=now - timedelta(days=9), district=laishan),
            "institution": people.staff(role=Post.Role.INSTITUTION, now=now - timedelta(days=9), institution=school),
        },
    }


def _needed(training_class: TrainingClass) -> list[Completion]:
    return list(Completion.objects.filter(enrolment__training_class=training_class))


@pytest.mark.parametrize("role", ["district", "institution"])
def test_rows_of_another_district_and_another_institution_are_not_found(
    role: str, foreign: dict[str, Any], sign_in: Open
) -> None:
    browser = sign_in(foreign["officers"][role])
    made: TrainingClass = foreign["class"]
    assert browser.get(reverse("desk_class", args=[made.number])).status_code == 404
    assert browser.get(reverse("count_entry", args=[foreign["entry"].code])).status_code == 404
    assert made.number not in words(browser.get(reverse("desk_classes")))
    assert made.number not in words(browser.get(reverse("desk_completions")))
    assert foreign["entry"].code not in words(browser.get(reverse("tally_entries") + "?year=2026"))
    assert browser.post(reverse("desk_export_roster", args=[made.number])).status_code == 404


def test_a_district_asks_in_vain_for_the_tally_of_another(foreign: dict[str, Any], sign_in: Open) -> None:
    browser = sign_in(foreign["officers"]["district"])
    assert browser.get(reverse("desk_tally") + "?district=zhifu").status_code == 404
    assert browser.get(reverse("desk_reports") + "?district=zhifu").status_code == 404
    assert browser.get(reverse("desk_tally") + "?district=laishan").status_code == 200


def test_who_only_teaches_a_class_elsewhere_may_not_review_it(
    now: datetime, cast: Cast, sign_in: Open, submitted: Callable[..., TrainingClass]
) -> None:
    """A trainer of Zhifu who is an officer of Laishan decides nothing in Zhifu."""
    made = submitted(people_in=1)
    laishan = catalogue.district("laishan", "莱山区", "370613")
    two_posts: User = people.staff(role=Post.Role.DISTRICT, now=now - timedelta(days=9), district=laishan)
    made.trainers.add(two_posts)
    Post.objects.create(
        user=two_posts, role=Post.Role.TRAINER, institution=made.institution, since=now - timedelta(days=9)
    )
    browser = sign_in(two_posts)
    assert browser.get(reverse("desk_class", args=[made.number])).status_code == 404
    numbers = [row.number for row in _needed(made)]
    browser.post(reverse("desk_approve_done"), {"completion": numbers})
    assert {row.status for row in _needed(made)} == {Completion.Status.SUBMITTED}
