"""What every page of the site keeps to: nobody publishes with one press, a reviewer approves what another submitted."""

from typing import Any

from wagtail.models import Page
from wagtail.models.pages import PagePermissionTester


class ReviewedPermissions(PagePermissionTester):
    """As Wagtail's, but publishing is no one's right: it follows from an approval (`cms.review`)."""

    def can_publish(self) -> bool:
        return False

    def can_publish_subpage(self) -> bool:
        return False

    def can_unschedule(self) -> bool:
        return bool(self.user.is_active and "publish" in self.permissions)


class ReviewedPage(Page):
    """Base of every page of the site. Its gate is a signal before a live row is written (`cms.signals`)."""

    # Related rows whose texts the page shows beside its own.
    shown_relations: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def permissions_for_user(self, user: Any) -> ReviewedPermissions:
        return ReviewedPermissions(user, self)
