"""Help, accessibility, privacy, contact: pages of plain text."""

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks import StoryBlock
from cms.models.reviewed import ReviewedPage
from courses.dates import speaks_english


class StandardPage(ReviewedPage):
    lead = models.CharField(_("一句话"), max_length=120, blank=True)
    body = StreamField(StoryBlock(), verbose_name=_("正文"), blank=True)
    title_en = models.CharField(_("标题（英文）"), max_length=120, blank=True)
    lead_en = models.CharField(_("一句话（英文）"), max_length=200, blank=True)
    body_en = StreamField(StoryBlock(), verbose_name=_("正文（英文）"), blank=True)
    shows_contact = models.BooleanField(_("附联系方式"), default=False)

    content_panels: ClassVar = [
        *ReviewedPage.content_panels,
        FieldPanel("lead"),
        FieldPanel("body"),
        FieldPanel("shows_contact"),
        MultiFieldPanel(
            [FieldPanel("title_en"), FieldPanel("lead_en"), FieldPanel("body_en")], heading=_("英文页面上的写法")
        ),
    ]
    search_fields: ClassVar = [*ReviewedPage.search_fields, index.SearchField("body")]
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    private_page_options: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("说明页")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The English of the page for whoever reads English; a page without one is shown as it was written."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        if speaks_english() and self.body_en:
            return context | {"title": self.title_en or self.title, "lead": self.lead_en, "body": self.body_en}
        return context | {"title": self.title, "lead": self.lead, "body": self.body, "is_chinese": True}
