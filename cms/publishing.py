"""Pages made by commands: the frame of the site, a page for a course, an article. All safe to repeat."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Page, Site
from wagtail.rich_text import RichText

from cms import editors, review
from cms.models import ArticleIndexPage, ArticlePage, CourseIndexPage, CoursePage, HomePage, StandardPage
from courses.models import Course

TEXTS = Path(__file__).parent / "management" / "commands" / "pages"


@transaction.atomic
def frame(*, refresh: bool = False) -> HomePage:
    """Root site, home, course index, article index, standard pages, the groups and their workflow.

    What is there stays as the editors left it, unless `refresh` asks for the texts anew.
    """
    home = _home()
    _child(home, CourseIndexPage, slug="courses", title="课程", show_in_menus=True)
    _child(home, ArticleIndexPage, slug="notices", title="公示与消息", show_in_menus=True)
    for path in sorted(TEXTS.glob("*.json")):
        _standard(home, json.loads(path.read_text(encoding="utf-8")), slug=path.stem, refresh=refresh)
    editors.grant(root=home)
    review.establish(root=home)
    return home


def publish_course(
    *,
    course: Course,
    lead: str = "",
    plan: Sequence[tuple[str, str, int]] = (),
    story: Sequence[tuple[str, Any]] = (),
    bring: Sequence[str] = ("身份证原件",),
    faq: Sequence[tuple[str, str]] = (),
) -> CoursePage:
    """Make and publish the page of a course; a page that exists is published as it stands.

    `plan`: (课次, 内容, 学时); `story`: blocks as (type, value); `faq`: (question, answer in HTML).
    """
    page: CoursePage | None = CoursePage.objects.filter(course=course).first()
    if page is None:
        page = CoursePage(
            course=course, title=course.name, slug=slugify(course.number), lead=lead or course.audience[:120]
        )
        page.plan = [("part", {"lessons": lessons, "text": text, "hours": hours}) for lessons, text, hours in plan]
        page.story = list(story)
        page.bring = [("thing", thing) for thing in bring]
        page.faq = [("item", {"question": question, "answer": rich(answer)}) for question, answer in faq]
        CourseIndexPage.objects.get().add_child(instance=page)
    page.save_revision().publish()
    return page


def draft_course(*, course: Course) -> CoursePage:
    """A page that waits for somebody to publish it."""
    page: CoursePage | None = CoursePage.objects.filter(course=course).first()
    if page is None:
        page = CoursePage(
            course=course, title=course.name, slug=slugify(course.number), lead=course.audience[:120], live=False
        )
        CourseIndexPage.objects.get().add_child(instance=page)
        page.save_revision()
    return page


def publish_article(
    *, slug: str, title: str, kind: str, on: date, body: Sequence[tuple[str, Any]] = (), **fields: Any
) -> ArticlePage:
    """Make and publish an article; `fields`: summary, shown_until, quote, speaker. One that exists is left alone."""
    page: ArticlePage | None = ArticlePage.objects.filter(slug=slug).first()
    if page is None:
        page = ArticlePage(slug=slug, title=title, kind=kind, date=on, **fields)
        page.body = [(block, rich(value) if block == "paragraph" else value) for block, value in body]
        ArticleIndexPage.objects.get().add_child(instance=page)
        page.save_revision().publish()
    return page


def _home() -> HomePage:
    home: HomePage | None = HomePage.objects.first()
    if home is None:
        root = Page.objects.get(depth=1)
        welcome = root.get_children().filter(slug="home")
        Site.objects.filter(root_page__in=welcome).delete()
        for page in welcome:
            page.delete()
        root.refresh_from_db()
        home = HomePage(title="首页", slug="home", locale=root.locale)
        root.add_child(instance=home)
    site = Site.objects.filter(is_default_site=True).first() or Site(hostname="localhost", is_default_site=True)
    site.root_page, site.site_name = home, str(settings.WAGTAIL_SITE_NAME)
    site.save()
    return home


def _child(parent: Page, model: type[Page], *, slug: str, **fields: Any) -> Page:
    page = model.objects.child_of(parent).filter(slug=slug).first()
    if page is None:
        page = model(slug=slug, **fields)
        parent.add_child(instance=page)
        page.save_revision().publish()
    return page


def _standard(home: HomePage, text: dict[str, Any], *, slug: str, refresh: bool) -> None:
    page = StandardPage.objects.child_of(home).filter(slug=slug).first()
    if page is not None and not refresh:
        return
    fields = {"title": text["title"], "lead": text["lead"], "shows_contact": text.get("shows_contact", False)}
    fields |= {"title_en": text.get("title_en", ""), "lead_en": text.get("lead_en", "")}
    for body in ("body", "body_en"):
        fields[body] = [(block, rich(value) if block == "paragraph" else value) for block, value in text.get(body, [])]
    if page is None:
        _child(home, StandardPage, slug=slug, **fields)
        return
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()


def rich(html: str) -> Any:
    """HTML as the editor keeps it."""
    return RichText(html)
