from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class CmsConfig(AppConfig):
    default = True
    name = "cms"
    verbose_name = _("网站内容")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cms import signals

        signals.connect()


class StaffOnlyUsersConfig(WagtailUsersAppConfig):
    """Wagtail's users app, confined to staff: a learner's login is not found there, whoever looks."""

    user_viewset = "cms.accounts.StaffViewSet"
