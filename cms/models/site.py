"""Official fields: who runs the site, whom to call, under which registrations."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from cms.wording import PublicWordsForm


@register_setting(icon="site")
class OfficialSettings(BaseSiteSetting):
    """An empty field shows what the installation was set up with."""

    bureau = models.CharField(_("官方名称"), max_length=60, blank=True)
    bureau_short = models.CharField(_("官方简称"), max_length=30, blank=True)
    host = models.CharField(_("主办"), max_length=60, blank=True)
    undertaker = models.CharField(_("承办"), max_length=60, blank=True)
    phone = models.CharField(_("咨询电话"), max_length=30, blank=True)
    hours = models.CharField(_("服务时间"), max_length=60, blank=True)
    site_code = models.CharField(_("政府网站标识码"), max_length=20, blank=True)
    icp = models.CharField(_("ICP 备案号"), max_length=40, blank=True)
    police = models.CharField(_("公安备案号"), max_length=40, blank=True)
    find_error_url = models.CharField(_("找错地址"), max_length=200, blank=True)
    bureau_en = models.CharField(_("官方名称（英文）"), max_length=120, blank=True)
    bureau_short_en = models.CharField(_("官方简称（英文）"), max_length=60, blank=True)
    host_en = models.CharField(_("主办（英文）"), max_length=120, blank=True)
    undertaker_en = models.CharField(_("承办（英文）"), max_length=120, blank=True)
    hours_en = models.CharField(_("服务时间（英文）"), max_length=120, blank=True)

    # What English pages say in English where it was entered, and in Chinese where it was not.
    IN_ENGLISH: ClassVar = ("bureau", "bureau_short", "host", "undertaker", "hours")

    FIELDS: ClassVar = (
        *("bureau", "bureau_short", "host", "undertaker", "phone", "hours"),
        *("site_code", "icp", "police", "find_error_url"),
        *("bureau_en", "bureau_short_en", "host_en", "undertaker_en", "hours_en"),
    )
    panels: ClassVar = [
        MultiFieldPanel(
            [FieldPanel(name) for name in ("bureau", "bureau_short", "host", "undertaker")], heading=_("谁在办")
        ),
        MultiFieldPanel([FieldPanel("phone"), FieldPanel("hours")], heading=_("找谁问")),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("site_code", "icp", "police", "find_error_url")], heading=_("备案")
        ),
        MultiFieldPanel(
            [FieldPanel(f"{name}_en") for name in ("bureau", "bureau_short", "host", "undertaker", "hours")],
            heading=_("英文页面上的写法"),
        ),
    ]

    base_form_class = PublicWordsForm

    class Meta:
        verbose_name = _("官方信息")
