"""Who may do what, and whose rows each may see."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q

from courses import access
from courses.access import Permission, Role
from courses.models import Enrolment, PersonMerge, Post
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db


def test_every_role_has_a_sentence_and_permissions() -> None:
    assert set(access.ROLES) == set(Role.values)
    assert all(rule.sentence and rule.permissions for rule in access.ROLES.values())


def test_those_who_only_read_may_decide_nothing() -> None:
    deciding = {
        Permission.TEACH,
        Permission.RUN_CLASSES,
        Permission.REVIEW,
        Permission.SET_TARGETS,
        Permission.SET_RULES,
        Permission.CLOSE_MONTH,
        Permission.EDIT_PAGES,
        Permission.REVIEW_PAGES,
    }
    assert not access.ROLES[Role.INSPECTOR].permissions & deciding
    assert not access.ROLES[Role.AUDITOR].permissions & deciding


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER, Role.EXPERT])
def test_who_keeps_the_pages_or_judges_from_outside_sees_no_class_and_no_learner(role: str, now: datetime) -> None:
    training_class(now=now)
    keeper = people.staff(role=role, now=now)
    assert not access.visible_classes(user=keeper, now=now).exists()
    assert not access.visible_learners(user=keeper, now=now).exists()


def test_who_works_at_the_desk_and_who_judges_from_outside_reads_what_was_told_to_them() -> None:
    reads = {role for role, rule in access.ROLES.items() if Permission.READ_INBOX in rule.permissions}
    desk = {role for role, rule in access.ROLES.items() if Permission.SEE_DESK in rule.permissions}
    assert reads == desk | {Role.EXPERT}
    own = {Permission.JUDGE_WORKS, Permission.EXAMINE, Permission.READ_INBOX}
    assert access.ROLES[Role.EXPERT].permissions == own


def test_only_reviewers_review_pages() -> None:
    assert [role for role, rule in access.ROLES.items() if Permission.REVIEW_PAGES in rule.permissions] == [
        Role.REVIEWER
    ]


def test_each_post_sees_its_own_classes(now: datetime) -> None:
    here, there = catalogue.district(), catalogue.district("laishan", "莱山区", "370613")
    school, other = catalogue.institution(), catalogue.institution("J002", "另一所学校", there)
    trainer = people.staff(role=Role.TRAINER, institution=school, now=now)
    ours = training_class(now=now, institution=school, district=here, trainers=[trainer])
    theirs = training_class(now=now, institution=other, district=there)

    def seen(user) -> set[int]:
        return set(access.visible_classes(user=user, now=now).values_list("pk", flat=True))

    assert seen(trainer) == {ours.pk}
    assert seen(people.staff(role=Role.INSTITUTION, institution=school, now=now)) == {ours.pk}
    assert seen(people.staff(role=Role.DISTRICT, district=there, now=now)) == {theirs.pk}
    assert seen(people.staff(role=Role.CITY, now=now)) == {ours.pk, theirs.pk}
    assert seen(people.staff(role=Role.INSPECTOR, now=now)) == {ours.pk, theirs.pk}
    assert seen(people.user()) == set()


def test_a_post_that_ended_shows_nothing(now: datetime) -> None:
    training_class(now=now)
    officer = people.staff(role=Role.CITY, now=now)
    Post.objects.filter(user=officer).update(until=now + timedelta(days=1))
    later = now + timedelta(days=2)
    fresh = type(officer).objects.get(pk=officer.pk)
    assert not access.visible_classes(user=fresh, now=later).exists()
    assert not access.may(user=fresh, permission=Permission.SEE_TALLY, now=later)


def test_the_database_refuses_a_post_without_its_scope(now: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        people.staff(role=Role.DISTRICT, now=now)
    assert not Post.objects.exists()


def test_a_record_that_was_kept_is_seen_by_a_class_of_the_merged_one(now: datetime) -> None:
    made = training_class(now=now, institution=catalogue.institution())
    merged, kept = enrolled(training_class=made, now=now).learner, people.learner(now=now)
    school = people.staff(role=Role.INSTITUTION, now=now, institution=made.institution)
    other = people.staff(role=Role.INSTITUTION, now=now, institution=catalogue.institution("J002", "莱山学校"))
    assert set(access.visible_learners(user=school, now=now)) == {merged}
    PersonMerge.objects.create(kept=kept, merged=merged, by=people.user(), at=now, reason="核对")
    assert set(access.visible_learners(user=school, now=now)) == {merged, kept}
    assert set(access.visible_learners(user=other, now=now)) == set()


def conditions(mine: int, other: int) -> dict[str, tuple[Q, set[int]]]:
    """Shapes of a condition on classes, and which of two it lets through."""
    own, all_of, none = Q(pk=mine), access.EVERYTHING, Q(pk__in=[])
    return {
        "one": (own, {mine}),
        "everything": (all_of, {mine, other}),
        "nothing": (none, set()),
        "not one": (~own, {other}),
        "not everything": (~(all_of & all_of), set()),
        "one of both": (own | Q(pk=other), {mine, other}),
        "one or everything": (own | all_of, {mine, other}),
        "one or nothing": (own | none, {mine}),
        "everything but one": (all_of & ~own, {other}),
        "one and a status": (own & ~Q(status="draft"), {mine}),
        "a status of none": (Q(status="draft"), set()),
        "neither": (~(own | Q(pk=other)), set()),
        "no condition": (Q(), {mine, other}),
    }


@pytest.mark.parametrize("shape", conditions(1, 2))
def test_a_condition_on_classes_lets_the_same_through_where_rows_lead_to_them(shape: str, now: datetime) -> None:
    rows = [enrolled(training_class=training_class(now=now), now=now) for _ in range(2)]
    mine, other = (row.training_class_id for row in rows)
    condition, expected = conditions(mine, other)[shape]
    found = Enrolment.objects.filter(access.under(condition, "training_class"))
    assert {row.training_class_id for row in found} == expected
    assert set(type(rows[0].training_class).objects.filter(condition).values_list("pk", flat=True)) == expected
