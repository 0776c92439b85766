"""公示与消息: notices, news, policies and learners' stories."""

import datetime as dt
from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.addresses import address
from cms.blocks import StoryBlock
from cms.models.reviewed import ReviewedPage
from courses.policy import local_date

PER_PAGE = 20


class ArticleIndexPage(ReviewedPage):
    max_count = 1
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar = ["cms.ArticlePage"]
    private_page_options: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("公示与消息栏目")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        kind = request.GET.get("kind", "")
        if kind not in ArticlePage.Kind.values:
            kind = ""
        articles = ArticlePage.shown(on=local_date(timezone.now()), kind=kind)
        context["kinds"] = ArticlePage.Kind.choices
        context["kind"] = kind
        context["page_of_articles"] = Paginator(articles, PER_PAGE).get_page(request.GET.get("page"))
        context["query"] = f"kind={kind}&" if kind else ""
        return context


class ArticlePage(ReviewedPage):
    class Kind(models.TextChoices):
        NOTICE = "notice", _("公示")
        NEWS = "news", _("通知")
        POLICY = "policy", _("政策")
        STORY = "story", _("故事")

    kind = models.CharField(_("类别"), max_length=10, choices=Kind, default=Kind.NEWS)
    date = models.DateField(_("日期"))
    shown_until = models.DateField(
        _("公示至"), null=True, blank=True, help_text=_("过了这一天，内容自动撤下。公示请务必填写。")
    )
    summary = models.CharField(_("摘要"), max_length=160, blank=True)
    body = StreamField(StoryBlock(), verbose_name=_("正文"), blank=True)
    quote = models.CharField(_("学员原话"), max_length=120, blank=True, help_text=_("故事用，会显示在首页"))
    speaker = models.CharField(_("说话人"), max_length=80, blank=True, help_text=_("姓名请隐去一字，并征得本人同意"))

    content_panels: ClassVar = [
        *ReviewedPage.content_panels,
        FieldRowPanel([FieldPanel("kind"), FieldPanel("date"), FieldPanel("shown_until")]),
        FieldPanel("summary"),
        FieldPanel("body"),
        FieldRowPanel([FieldPanel("quote"), FieldPanel("speaker")]),
    ]
    search_fields: ClassVar = [*ReviewedPage.search_fields, index.SearchField("summary"), index.SearchField("body")]
    parent_page_types: ClassVar = ["cms.ArticleIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    private_page_options: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("消息")

    @classmethod
    def shown(cls, *, on: dt.date, kind: str = "") -> "QuerySet[ArticlePage]":
        """Live articles whose time is not over, newest first."""
        found: QuerySet[ArticlePage] = cls.objects.live().filter(Q(shown_until__isnull=True) | Q(shown_until__gte=on))
        if kind:
            found = found.filter(kind=kind)
        return found.order_by("-date", "-pk")

    @property
    def address(self) -> str:
        return address(self.url_path)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["is_over"] = self.shown_until is not None and self.shown_until < local_date(timezone.now())
        return context
