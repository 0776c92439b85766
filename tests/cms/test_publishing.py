"""Pages made by commands: the frame stands, twice is once, what waits waits."""

import pytest
from django.core.management import call_command
from wagtail.models import Page, Site

from cms import publishing
from cms.models import CoursePage, HomePage, StandardPage
from tests.factories import catalogue as lists

FRAME = {"courses", "notices", "guide", "help", "accessibility", "privacy", "contact", "numbers"}


def test_the_frame_has_every_page_once_however_often_it_is_made(site: HomePage) -> None:
    again = publishing.frame()
    assert again.pk == site.pk
    assert {page.slug for page in site.get_children().live()} == FRAME
    assert Page.objects.filter(depth=2).count() == 1
    assert Site.objects.get().root_page_id == site.pk


def test_the_frame_leaves_what_an_editor_wrote_unless_told_otherwise(site: HomePage) -> None:
    StandardPage.objects.filter(slug="help").update(lead="编辑写的")
    publishing.frame()
    assert StandardPage.objects.get(slug="help").lead == "编辑写的"
    publishing.frame(refresh=True)
    assert StandardPage.objects.get(slug="help").lead != "编辑写的"


@pytest.mark.django_db
def test_every_course_gets_a_page_but_those_that_wait_stay_drafts() -> None:
    lists.policy()
    for number in ("a-1", "b-2"):
        lists.course(number=number)
    for _time in range(2):
        call_command("seed_pages", wait=["b-2"], verbosity=0)
    assert dict(CoursePage.objects.values_list("course__number", "live")) == {"a-1": True, "b-2": False}
    assert lists.Course.objects.get(number="b-2").published_at is None
