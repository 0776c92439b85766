"""Help, accessibility, privacy, contact: pages of plain text."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks import StoryBlock
from cms.models.reviewed import ReviewedPage


class StandardPage(ReviewedPage):
    lead = models.CharField(_("一句话"), max_length=120, blank=True)
    body = StreamField(StoryBlock(), verbose_name=_("正文"), blank=True)
    shows_contact = models.BooleanField(_("附联系方式"), default=False)

    content_panels: ClassVar = [
        *ReviewedPage.content_panels,
        FieldPanel("lead"),
        FieldPanel("body"),
        FieldPanel("shows_contact"),
    ]
    search_fields: ClassVar = [*ReviewedPage.search_fields, index.SearchField("body")]
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    private_page_options: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("说明页")
