"""Ways round the review that Wagtail itself has: aliases, copies and previews. None shows a stranger what is held."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cms import publishing
from cms.gate import PublishRefused
from cms.models import ArticleIndexPage, ArticlePage, CoursePage, HomePage
from courses.models import Post, User
from tests.factories import people

DOCUMENT = "370699199001010016"


@pytest.fixture(autouse=True)
def _past_the_second_factor(settings: Settings) -> None:
    settings.ENFORCE_SECOND_FACTOR = False


@pytest.fixture
def held(site: HomePage, now: datetime) -> ArticlePage:
    """A draft that the gate would not let out."""
    page = ArticlePage(title="结业公示", slug="list", kind="notice", date=now.date(), live=False)
    page.body = [("paragraph", publishing.rich(f"<p>王师傅 {DOCUMENT}</p>"))]
    ArticleIndexPage.objects.get().add_child(instance=page)
    page.save_revision()
    return page


def as_(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_an_alias_or_a_copy_of_what_is_held_is_no_more_public_than_itself(held: ArticlePage) -> None:
    alias = held.create_alias(update_slug="alias")
    copy = held.copy(update_attrs={"slug": "copy"})
    assert (alias.live, copy.live) == (False, False)
    for page in (held, alias, copy):
        assert Client().get(page.full_url or f"/notices/{page.slug}/").status_code == 404


def test_an_alias_of_a_live_page_takes_in_no_number(cook: CoursePage, site: HomePage, now: datetime) -> None:
    page = publishing.publish_article(slug="news", title="通知", kind="news", on=now.date())
    alias = page.create_alias(update_slug="alias")
    assert alias.live
    alias.summary = DOCUMENT
    with pytest.raises(PublishRefused):
        alias.save()
    page.summary = DOCUMENT
    with pytest.raises(PublishRefused):
        page.save_revision().publish()
    assert set(ArticlePage.objects.values_list("summary", flat=True)) == {""}


@pytest.mark.parametrize("name", ["view_draft", "preview_on_edit", "revisions_index"])
def test_a_preview_of_what_is_held_is_shown_to_nobody_outside_the_editors(
    held: ArticlePage, now: datetime, name: str
) -> None:
    outside = [None, people.learner(now=now).user, people.staff(role=Post.Role.CITY, now=now)]
    for user in outside:
        answer = as_(user).get(reverse(f"wagtailadmin_pages:{name}", args=[held.pk]))
        assert answer.status_code in {302, 403, 404}
        assert DOCUMENT not in answer.content.decode()
