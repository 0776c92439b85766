"""The two Wagtail groups: editors write pages, reviewers approve them and keep lists. Neither may touch a person."""

from datetime import datetime

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from courses.models import (
    Brand,
    Course,
    District,
    EducationLevel,
    Holiday,
    InstitutionKind,
    LearnerCategory,
    Occupation,
    Post,
    ProgrammeKind,
    Project,
    Room,
    SkillLevel,
    TrainingBase,
    User,
    Venue,
)

GROUP = "编辑"
REVIEWERS = "审核"
REFERENCE = (
    Course,
    ProgrammeKind,
    Brand,
    Occupation,
    SkillLevel,
    Project,
    District,
    InstitutionKind,
    Venue,
    TrainingBase,
    Room,
    Holiday,
    LearnerCategory,
    EducationLevel,
)
# Publishing is nobody's press of one button: Wagtail's publish right lets a reviewer take down and unschedule.
PAGE_RIGHTS = ("add_page", "change_page", "lock_page", "unlock_page")
REVIEW_RIGHTS = ("change_page", "publish_page", "lock_page", "unlock_page")
COLLECTION_RIGHTS = (
    *("add_image", "change_image", "choose_image"),
    *("add_document", "change_document", "choose_document"),
)


def group() -> Group:
    return Group.objects.get_or_create(name=GROUP)[0]


def reviewers() -> Group:
    return Group.objects.get_or_create(name=REVIEWERS)[0]


GROUPS = {Post.Role.EDITOR: group, Post.Role.REVIEWER: reviewers}


def grant(*, root: Page) -> Group:
    """Give both groups their rights under `root`, exactly these; safe to repeat.

    What lists and official fields say stands on live pages as soon as it is saved (`cms.wording`): reviewers write it,
    editors read it. An editor may add a course: nobody sees one before its page has been reviewed.
    """
    editors = group()
    editors.permissions.set(_rights(["access_admin", "add_course", *_over_lists("view")]))
    reviewers().permissions.set(_rights(["access_admin", "change_officialsettings", *_over_lists("add", "change")]))
    _page_rights(editors, root, PAGE_RIGHTS)
    _page_rights(reviewers(), root, REVIEW_RIGHTS)
    collection = Collection.get_first_root_node()
    for permission in Permission.objects.filter(codename__in=COLLECTION_RIGHTS):
        GroupCollectionPermission.objects.get_or_create(group=editors, collection=collection, permission=permission)
    return editors


def _over_lists(*verbs: str) -> list[str]:
    return [f"{verb}_{model._meta.model_name}" for model in REFERENCE for verb in verbs]


def _rights(names: list[str]) -> QuerySet[Permission]:
    rights: QuerySet[Permission] = Permission.objects.filter(
        content_type__app_label__in=("courses", "cms", "wagtailadmin"), codename__in=names
    )
    return rights


def _page_rights(holders: Group, root: Page, rights: tuple[str, ...]) -> None:
    wanted = Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=rights)
    GroupPagePermission.objects.filter(group=holders).exclude(page=root, permission__in=wanted).delete()
    for permission in wanted:
        GroupPagePermission.objects.get_or_create(group=holders, page=root, permission=permission)


def sync(*, user: User, now: datetime) -> None:
    """A login is in a group while it holds its post; the post, with its dates, is what decides."""
    posts = list(Post.objects.filter(user=user, role__in=GROUPS))
    for role, holders in GROUPS.items():
        if any(post.role == role and post.is_held(now) for post in posts):
            user.groups.add(holders())
        else:
            user.groups.remove(holders())
