"""Wagtail's admin: reference data and pages, no citizen anywhere, doors shut."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.db.models import Model
from django.test import Client
from wagtail.admin.viewsets import viewsets
from wagtail.coreutils import resolve_model_string
from wagtail.models import GroupPagePermission
from wagtail.snippets.models import get_snippet_models

from cms import editors
from cms.accounts import StaffViewSet
from cms.models import CoursePage, HomePage
from courses import models
from courses.models import Course, Post, User
from tests.factories import catalogue as lists
from tests.factories import people

PEOPLE = {
    *(models.Learner, models.IdentityDocument, models.PersonMerge, models.Consent, models.Device, models.Reveal),
    *(models.Enrolment, models.Evidence, models.Attendance, models.RefusedScan, models.Completion, models.CountEntry),
    *(models.CountClaim, models.PersonCount, models.OutboxMessage, models.AuditEvent, models.Post),
}


def registered() -> Iterator[type[Model]]:
    yield from get_snippet_models()
    for viewset in viewsets.viewsets:
        model = getattr(viewset, "model", None)
        if model is not None:
            yield resolve_model_string(model)


def test_no_model_about_a_person_is_registered_with_wagtail() -> None:
    found = set(registered())
    assert found & PEOPLE == set()
    ours = {model for model in found if model._meta.app_label == "courses"}
    assert ours == {*editors.REFERENCE, User}


def test_wagtail_s_user_screens_know_staff_only() -> None:
    [screens] = [viewset for viewset in viewsets.viewsets if getattr(viewset, "model", None) is User]
    assert isinstance(screens, StaffViewSet)


def test_no_group_may_see_or_change_logins_or_groups(site: HomePage) -> None:
    over_people = Permission.objects.filter(content_type__model__in=["user", "group", "learner"])
    assert not Group.objects.filter(permissions__in=over_people).exists()


def test_editors_may_write_pages_read_lists_and_add_a_course_and_nothing_else(site: HomePage) -> None:
    group = Group.objects.get(name=editors.GROUP)
    read = {f"view_{model._meta.model_name}" for model in editors.REFERENCE}
    assert {permission.codename for permission in group.permissions.all()} == {"access_admin", "add_course", *read}
    rights = GroupPagePermission.objects.filter(group=group, page=site)
    assert sorted(right.permission.codename for right in rights) == sorted(editors.PAGE_RIGHTS)


def test_reviewers_may_read_and_take_down_pages_keep_the_lists_and_nothing_else(site: HomePage) -> None:
    group = Group.objects.get(name=editors.REVIEWERS)
    kept = {f"{verb}_{model._meta.model_name}" for model in editors.REFERENCE for verb in ("add", "change")}
    held = {permission.codename for permission in group.permissions.all()}
    assert held == {"access_admin", "change_officialsettings", *kept}
    rights = GroupPagePermission.objects.filter(group=group, page=site)
    assert sorted(right.permission.codename for right in rights) == sorted(editors.REVIEW_RIGHTS)


def test_a_right_that_a_group_held_before_is_taken_back_when_the_frame_is_made_again(site: HomePage) -> None:
    group, publish = editors.group(), Permission.objects.get(codename="publish_page")
    GroupPagePermission.objects.create(group=group, page=site, permission=publish)
    editors.grant(root=site)
    assert not GroupPagePermission.objects.filter(group=group, permission=publish).exists()


def test_the_post_of_editor_puts_a_login_into_the_group_while_it_lasts(site: HomePage, now: datetime) -> None:
    user = people.user(username="editor")
    post = Post.objects.create(user=user, role=Post.Role.EDITOR, since=now)
    assert [group.name for group in user.groups.all()] == [editors.GROUP]
    post.until = now
    post.save()
    assert list(user.groups.all()) == []


@pytest.mark.parametrize("path", ["/cms/login/", "/cms/password_reset/"])
def test_wagtail_s_own_sign_in_is_shut(client: Client, site: HomePage, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/account/staff/")
    assert client.post(path, {"username": "x", "password": "y"}).status_code == 302


def test_renaming_a_brand_keeps_its_courses_findable_with_the_words_of_their_pages(cook: CoursePage) -> None:
    brand = cook.course.brand
    assert brand is not None
    brand.name = "胶东海鲜"
    brand.save()
    text = Course.objects.get().search_text
    assert "胶东海鲜" in text
    assert "整鱼出骨" in text


def test_a_page_goes_live_and_down_with_its_course(cook: CoursePage) -> None:
    assert Course.objects.get().published_at is not None
    cook.unpublish()
    assert Course.objects.get().published_at is None


def test_deleting_a_page_takes_the_course_off_the_list(cook: CoursePage) -> None:
    cook.delete()
    assert Course.objects.get().published_at is None


def test_a_course_with_a_page_cannot_be_deleted(cook: CoursePage) -> None:
    with pytest.raises(Exception, match="protected"):
        lists.Course.objects.get().delete()
