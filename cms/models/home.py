"""The home page: three actions, this week's classes, the tide of the year, brands, news, a learner's words."""

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from cms import motifs
from cms.models.article import ArticlePage
from cms.models.course import CoursePage
from cms.models.reviewed import ReviewedPage
from cms.tides import tides
from courses import catalogue
from courses.policy import local_date

NEWS_SHOWN = 4


class HomePage(ReviewedPage):
    headline = models.CharField(
        _("大标题"), max_length=30, blank=True, help_text=_("空着就用「学一门手艺，创一份事业」")
    )
    lead = models.CharField(_("一句话"), max_length=60, blank=True)

    content_panels: ClassVar = [*ReviewedPage.content_panels, FieldPanel("headline"), FieldPanel("lead")]
    max_count = 1
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["cms.CourseIndexPage", "cms.ArticleIndexPage", "cms.StandardPage"]
    private_page_options: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("首页")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        now = timezone.now()
        today = local_date(now)
        articles = ArticlePage.shown(on=today)
        week = catalogue.this_week(now=now)
        addresses = CoursePage.leads([opening.training_class.course_id for opening in week.openings])
        context["week"] = week
        context["starting"] = [(row, addresses.get(row.training_class.course_id, ("", ""))[0]) for row in week.openings]
        context["offers"] = [(offer, motifs.of_brand(offer.brand)) for offer in catalogue.brand_offers()]
        context["tides"] = tides(now=now)
        context["news"] = articles.exclude(kind=ArticlePage.Kind.STORY)[:NEWS_SHOWN]
        context["story"] = articles.filter(kind=ArticlePage.Kind.STORY).exclude(quote="").first()
        return context
