"""The list of courses and the page of one. Facts come from `Course`; story, pictures and questions from the editor."""

from datetime import datetime
from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db import connection, models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.blocks import CharBlock
from wagtail.fields import StreamField
from wagtail.search import index

from cms import motifs
from cms.addresses import address
from cms.blocks import PlanBlock, QuestionBlock, StoryBlock
from cms.cards import rows
from cms.filters import CourseFilters, labels_in
from cms.models.reviewed import ReviewedPage
from courses import catalogue
from courses.models import Course
from courses.policy import current, local_date
from courses.templatetags.words import hours_number
from courses.web.my.standing import standings

PER_PAGE = 20
LEADS = """
SELECT p.course_id, w.url_path, p.lead FROM cms_coursepage p JOIN wagtailcore_page w ON w.id = p.page_ptr_id
WHERE w.live AND p.course_id IN ({})
"""


def page_number(asked: str) -> int:
    """The page of a list that an address names; what is no number is the first."""
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1


class CourseIndexPage(ReviewedPage):
    lead = models.CharField(_("一句话"), max_length=60, blank=True)

    content_panels: ClassVar = [*ReviewedPage.content_panels, FieldPanel("lead")]
    max_count = 1
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar = ["cms.CoursePage"]
    private_page_options: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("课程栏目")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        now = timezone.now()
        filters = CourseFilters(request.GET, today=local_date(now))
        number = page_number(request.GET.get("page", ""))
        found = catalogue.search(now=now, first=(number - 1) * PER_PAGE, limit=PER_PAGE, **filters.chosen)
        courses = Paginator[Any](range(found.total), PER_PAGE).get_page(number)
        if courses.number != number:
            first = max(0, courses.start_index() - 1)
            found = catalogue.search(now=now, first=first, limit=PER_PAGE, **filters.chosen)
        pages = CoursePage.leads([course.pk for course in found.courses])
        labels = labels_in(get_language() or "")
        context["filters"] = filters
        context["courses"] = courses
        context["rows"] = rows(found.courses, labels=labels, pages=pages)
        context["page_address"] = address(self.url_path)
        context["looser"] = [] if courses.paginator.count else filters.looser(now=now)
        return context


class CoursePage(ReviewedPage):
    course = models.OneToOneField(
        Course,
        verbose_name=_("课程"),
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("学时、证书等事实取自这里"),
    )
    lead = models.CharField(_("一句话"), max_length=120, blank=True)
    cover = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("封面"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("空着就用品牌的图案"),
    )
    plan = StreamField([("part", PlanBlock())], verbose_name=_("学什么"), blank=True)
    story = StreamField(StoryBlock(), verbose_name=_("详细介绍"), blank=True)
    bring = StreamField(
        [("thing", CharBlock(label=_("一样东西"), max_length=60))], verbose_name=_("带什么"), blank=True
    )
    faq = StreamField([("item", QuestionBlock())], verbose_name=_("常见问题"), blank=True)

    shown_relations = ("course",)

    content_panels: ClassVar = [
        *ReviewedPage.content_panels,
        FieldPanel("course"),
        MultiFieldPanel([FieldPanel("lead"), FieldPanel("cover")], heading=_("页首")),
        FieldPanel("plan"),
        FieldPanel("story"),
        FieldPanel("bring"),
        FieldPanel("faq"),
    ]
    search_fields: ClassVar = [*ReviewedPage.search_fields, index.SearchField("lead")]
    parent_page_types: ClassVar = ["cms.CourseIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    private_page_options: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("课程页")

    @classmethod
    def leads(cls, course_ids: list[int]) -> dict[int, tuple[str, str]]:
        """Public address and one-sentence lead of the live pages, by course, in one query."""
        if not course_ids:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(LEADS.format(", ".join(["%s"] * len(course_ids))), course_ids)
            return {course: (address(path), lead) for course, path, lead in cursor.fetchall()}

    @property
    def words(self) -> str:
        """Everything that stands on the page, for the course search."""
        streams = (self.plan, self.story, self.bring, self.faq)
        texts = [text for stream in streams for text in stream.stream_block.get_searchable_content(stream)]
        return "\n".join([self.title, self.lead, *map(str, texts)])

    @property
    def address(self) -> str:
        return address(self.url_path)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        now = timezone.now()
        course = _with_lists(self.course_id)
        context["now"] = now
        context["course"] = course
        context["cover"] = motifs.cover_of(course)
        context["openings"] = openings = catalogue.open_classes(course=course, now=now)
        own = standings(user=request.user, course=course)
        context["choices"] = [(opening, own.get(opening.training_class.pk)) for opening in openings]
        context["own_open"] = next((held for _opening, held in context["choices"] if held), None)
        context["first_open"] = next((opening for opening in openings if opening.seats.tone != "full"), None)
        context["reviewed"] = any(opening.seats.reviewed for opening in openings)
        context["facts"] = facts(course=course, now=now)
        context["index_address"] = address(self.url_path.rstrip("/").rpartition("/")[0] + "/")
        return context


def facts(*, course: Course, now: datetime) -> dict[str, str]:
    """Sentences that follow from the course and the policy in force: how often it is paid for, when it is completed."""
    policy = current(on=local_date(now))
    needed = -(-course.hours * policy.hour_minutes * policy.completion_ratio // 100)
    if course.kind.module or not course.occupation_id:
        once = gettext("同一项目每人补贴一次")
    else:
        once = gettext("同一工种同一级别补贴一次")
    values = {"hours": hours_number(needed, policy.hour_minutes), "ratio": policy.completion_ratio}
    return {
        "once": once,
        "completion": gettext("到课满 %(hours)s 学时") % values,
        "completion_long": gettext(
            "到课满 %(ratio)s%%，也就是 %(hours)s 学时。每次到课都扫码，手机上随时能看到还差多少。"
        )
        % values,
        "review": gettext("写着「审核录取」的班，由培训机构审核，%(days)s 个工作日内发短信告诉您结果。")
        % {"days": policy.application_days},
        "age": gettext("年满 %(age)s 周岁") % {"age": policy.age_min},
    }


def _with_lists(course_id: int) -> Course:
    return Course.objects.select_related("kind", "brand", "occupation", "level").get(pk=course_id)
