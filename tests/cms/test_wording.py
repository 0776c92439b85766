"""What lists and official fields say stands on live pages at once: no number gets in, and only a reviewer writes it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db.models import CharField, Field, Model, TextField
from django.forms import ModelForm
from django.test import Client
from pytest_django import Settings
from wagtail.admin.viewsets import viewsets
from wagtail.contrib.settings.registry import registry
from wagtail.contrib.settings.views import get_setting_edit_handler
from wagtail.models import Site

from cms import editors
from cms.models import CoursePage, HomePage, OfficialSettings
from cms.viewsets import ListViewSet
from cms.wording import PublicWords
from courses.models import Course, Post, User
from tests.factories import people

PHONE = "13805351234"
ENGLISH = {"name", "name_en"}
# Every column of words that somebody may write in the admin outside a page. What is new here is read by the gate as
# well, or this list and the next test say that it is not.
WORDS: dict[str, set[str]] = {
    "brand": {"key", *ENGLISH, "motif", "slogan", "slogan_en"},
    "course": {"number", *ENGLISH, "audience", "certificate"},
    "district": {"key", *ENGLISH, "code", "kind"},
    "educationlevel": {"key", *ENGLISH},
    "holiday": ENGLISH,
    "institutionkind": {"key", *ENGLISH},
    "learnercategory": {"key", *ENGLISH, "proof"},
    "occupation": {"key", *ENGLISH, "edition", "code", "job"},
    "officialsettings": set(OfficialSettings.FIELDS),
    "programmekind": {"key", *ENGLISH, "module", "letter"},
    "project": {"number", "name", "sponsor"},
    "room": {"name"},
    "skilllevel": {"key", *ENGLISH},
    "trainingbase": {"number", "name"},
    "venue": {"number", "name", "address"},
}


def forms() -> Iterator[tuple[type[Model], type[ModelForm]]]:
    """The forms of the admin over our own rows that are no pages: for adding and for changing."""
    for screen in viewsets.viewsets:
        model = getattr(screen, "model", None)
        if model in editors.REFERENCE:
            yield model, screen.get_form_class()
            yield model, screen.get_form_class(for_update=True)
    for model in registry:
        yield model, get_setting_edit_handler(model).get_form_class()


def is_written(field: Field[Any, Any]) -> bool:
    return isinstance(field, CharField | TextField) and not field.choices


def words_of(form: type[ModelForm]) -> set[str]:
    fields = form._meta.model._meta.get_fields()  # type: ignore[union-attr]
    shown = [field for field in fields if field.name in form.base_fields]
    return {field.name for field in shown if is_written(field)}  # type: ignore[arg-type]


def test_which_words_of_the_admin_are_public_is_known_for_every_form() -> None:
    found: dict[str, set[str]] = {}
    for model, form in forms():
        found.setdefault(str(model._meta.model_name), set()).update(words_of(form))
    assert found == WORDS


@pytest.mark.django_db
def test_a_full_number_is_refused_in_every_word_of_every_form() -> None:
    for model, form in forms():
        assert issubclass(form, PublicWords), model
        room = {name for name in words_of(form) if (model._meta.get_field(name).max_length or 99) >= len(PHONE)}
        filled = form(dict.fromkeys(room, PHONE))
        told = {name for name in room if any("138****1234" in sentence for sentence in filled.errors.get(name, []))}
        assert told == room, model
        assert PHONE not in str(filled.errors.as_data())


def test_every_list_of_the_admin_is_such_a_form() -> None:
    ours = [screen for screen in viewsets.viewsets if getattr(screen, "model", None) in editors.REFERENCE]
    assert all(isinstance(screen, ListViewSet) for screen in ours)
    assert {screen.model for screen in ours} == set(editors.REFERENCE)


@pytest.fixture(autouse=True)
def _past_the_second_factor(settings: Settings) -> None:
    settings.ENFORCE_SECOND_FACTOR = False


def officer(role: Post.Role, now: datetime) -> User:
    return people.staff(role=role, now=now, username=role.value)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def filled(course: Course, **changed: str) -> dict[str, Any]:
    names = ("number", "name", "name_en", "hours_theory", "hours_practice", "hours_online", "audience", "certificate")
    chosen = {"kind": course.kind_id, "brand": course.brand_id or "", "occupation": course.occupation_id or ""}
    level = {"level": course.level_id or ""}
    return {name: getattr(course, name) for name in names} | chosen | level | changed


def test_a_reviewer_changes_who_may_take_a_course_and_the_page_says_so(cook: CoursePage, now: datetime) -> None:
    client = as_(officer(Post.Role.REVIEWER, now))
    client.post(f"/cms/reference_course/edit/{cook.course.pk}/", filled(cook.course, audience="年满 18 周岁"))
    assert "年满 18 周岁" in client.get(cook.url).content.decode()


def test_a_number_of_a_citizen_is_refused_where_it_stands_and_nothing_is_saved(cook: CoursePage, now: datetime) -> None:
    client = as_(officer(Post.Role.REVIEWER, now))
    form = filled(cook.course, audience=f"请找王师傅 {PHONE}", certificate="另一张证书")
    answer = client.post(f"/cms/reference_course/edit/{cook.course.pk}/", form).content.decode()
    assert "没有保存：公开页面会直接显示这里的文字" in answer
    assert "适合谁：手机号码 138****1234" in answer
    assert Course.objects.get().certificate == "培训合格证书"


def test_an_editor_reads_the_lists_and_changes_none(cook: CoursePage, now: datetime) -> None:
    client = as_(officer(Post.Role.EDITOR, now))
    assert client.get("/cms/reference_course/").status_code == 200
    client.post(f"/cms/reference_course/edit/{cook.course.pk}/", filled(cook.course, audience="谁都可以"))
    site = Site.objects.get()
    client.post(f"/cms/settings/cms/officialsettings/{site.pk}/", {"bureau": "另一个局"})
    assert Course.objects.get().audience == "年满 16 周岁，户籍不限"
    assert not OfficialSettings.objects.filter(bureau="另一个局").exists()


def test_an_editor_adds_a_course_that_nobody_sees_before_its_page_is_reviewed(cook: CoursePage, now: datetime) -> None:
    client = as_(officer(Post.Role.EDITOR, now))
    client.post("/cms/reference_course/new/", filled(cook.course, number="lucai-5", name="鲁菜提高班"))
    added = Course.objects.get(number="lucai-5")
    assert added.published_at is None
    assert "鲁菜提高班" not in Client().get("/courses/").content.decode()


def test_an_official_field_with_a_number_is_refused_and_one_with_a_landline_is_on_every_page(
    site: HomePage, now: datetime
) -> None:
    client = as_(officer(Post.Role.REVIEWER, now))
    address = f"/cms/settings/cms/officialsettings/{Site.objects.get().pk}/"
    refused = client.post(address, {"phone": PHONE, "hours": "周一至周五"}).content.decode()
    assert "咨询电话：手机号码 138****1234" in refused
    assert not OfficialSettings.objects.filter(hours="周一至周五").exists()
    client.post(address, {"phone": "0535-6691234", "hours": "周一至周五"})
    assert "0535-6691234" in client.get("/").content.decode()
