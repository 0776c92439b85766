"""What happens around pages and matters elsewhere: one goes live or down, a list is edited, an editor is named."""

from typing import Any

from django.db.models import Q
from django.db.models.signals import post_delete, post_save, pre_save
from django.utils import timezone
from wagtail.models import Page, TaskState, WorkflowState
from wagtail.signals import page_published, page_unpublished, task_rejected, workflow_submitted

from cms import editors, review
from cms.memory import forget
from cms.models import CourseIndexPage, CoursePage, OfficialSettings, ReviewedPage
from courses import audit, catalogue
from courses.models import Brand, Course, District, Occupation, Post, ProgrammeKind, SkillLevel

# Written by Wagtail beside the content: locks, comments, pointers to revisions, the state of the draft.
BOOKKEEPING = frozenset(
    {
        *("locked", "locked_at", "locked_by", "has_unpublished_changes", "draft_title", "latest_revision"),
        *("latest_revision_created_at", "live_revision", "first_published_at", "last_published_at", "numchild"),
    }
)


def connect() -> None:
    page_published.connect(went_live, sender=CoursePage)
    page_unpublished.connect(went_down, sender=CoursePage)
    for model in (Course, Brand, ProgrammeKind, Occupation, SkillLevel):
        post_save.connect(renamed, sender=model)
    for listed in (District, ProgrammeKind, Brand):
        post_save.connect(list_changed, sender=listed)
        post_delete.connect(list_changed, sender=listed)
    post_save.connect(official_changed, sender=OfficialSettings)
    page_published.connect(index_changed, sender=CourseIndexPage)
    page_unpublished.connect(index_changed, sender=CourseIndexPage)
    post_save.connect(post_changed, sender=Post)
    for page in ReviewedPage.__subclasses__():
        pre_save.connect(going_out, sender=page)
    workflow_submitted.connect(submitted, sender=WorkflowState)
    task_rejected.connect(returned, sender=TaskState)


def going_out(
    instance: Page,
    raw: bool = False,  # noqa: FBT001, FBT002 (the shape of the signal is Django's)
    update_fields: Any = None,
    **_kwargs: Any,
) -> None:
    """Whoever writes a live page, by whatever way: it passes the gate or is not written."""
    if instance.live and not raw and (update_fields is None or set(update_fields) - BOOKKEEPING):
        review.require_clear(page=instance)


def submitted(instance: WorkflowState, user: Any, **_kwargs: Any) -> None:
    audit.record(by=user, verb="page_submitted", target=instance.content_object, now=timezone.now())


def returned(instance: TaskState, user: Any, **_kwargs: Any) -> None:
    target = instance.workflow_state.content_object
    audit.record(by=user, verb="page_returned", target=target, now=timezone.now())


def went_live(instance: CoursePage, **_kwargs: Any) -> None:
    catalogue.mark_published(course=instance.course, now=timezone.now(), extra=instance.words)


def went_down(instance: CoursePage, **_kwargs: Any) -> None:
    catalogue.mark_unpublished(course=instance.course)


def renamed(instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002
    """Keep the search column true when a course, or a list entry that courses are found by, is edited."""
    if raw or kwargs.get("update_fields"):
        return
    if isinstance(instance, Course):
        courses = [instance]
    elif created:
        return
    else:
        field = {Brand: "brand", ProgrammeKind: "kind", Occupation: "occupation", SkillLevel: "level"}[type(instance)]
        courses = list(Course.objects.filter(Q(**{field: instance})))
    pages = {page.course_id: page for page in CoursePage.objects.live().filter(course__in=courses)}
    for course in courses:
        page = pages.get(course.pk)
        catalogue.refresh_search_text(course=course, extra=page.words if page else "")


def list_changed(**_kwargs: Any) -> None:
    forget("entries:name", "entries:name_en")


def official_changed(**_kwargs: Any) -> None:
    forget("official")


def index_changed(**_kwargs: Any) -> None:
    forget("course-index")


def post_changed(instance: Post, **_kwargs: Any) -> None:
    if instance.role in editors.GROUPS:
        editors.sync(user=instance.user, now=timezone.now())
