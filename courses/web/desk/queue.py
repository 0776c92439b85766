"""待我办: what waits for this person, nearest deadline first; what they handled, what waits for others; and the
approval of several completions with its outlook."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from courses import access, completion, notices, turns
from courses.access import Permission
from courses.completion import batches
from courses.completion.batches import BatchRefused
from courses.models import Completion, District, SavedView, User
from courses.tally.listed import named_like
from courses.turns import Handled, Turn, Waiting, Wanted
from courses.web.desk import done, outlook, waiting
from courses.web.desk.page import officer, query_without_page, show
from courses.web.desk.rows import Row
from courses.web.desk.saved_views import kept_views
from courses.web.gate import allow

PER_PAGE = 20
# What was said to this person lately stands above the queue.
NEWS, NEWS_MOST = timedelta(days=3), 3
# A tab beside the open one says 99+ beyond this: to count what years have left there takes as long as the open list.
COUNT_MOST = 99
BESIDE = {"desk_handled": turns.handled, "desk_elsewhere": turns.elsewhere}
# Among the results of checks: whatever is past its deadline.
LATE = "late"
KIND_WORDS: dict[Turn, str | Promise] = {
    Turn.REGISTRATION_REVIEW: gettext_lazy("机构备案待审"),
    Turn.CLASS_REVIEW: gettext_lazy("班次待审"),
    Turn.CHANGE_REVIEW: gettext_lazy("变更待审"),
    Turn.COMPLETION_REVIEW: gettext_lazy("结业待批"),
    Turn.SELECTION_SCORE: gettext_lazy("评选待评分"),
    Turn.SELECTION_RESULT: gettext_lazy("评选结果待办"),
    Turn.COMPLETION_SUBMIT: gettext_lazy("结业待提交"),
    Turn.DISPUTE_REVIEW: gettext_lazy("异议待决定"),
    Turn.SHEET_CONFIRM: gettext_lazy("签到表待确认"),
    Turn.REGISTER_CONFIRM: gettext_lazy("考勤文件待确认"),
    Turn.PRESENCE_CONFIRM: gettext_lazy("考勤待确认"),
    Turn.MAKE_UP_ANSWER: gettext_lazy("补课申请"),
    Turn.MAKE_UP_COUNT: gettext_lazy("补课待确认"),
    Turn.TRANSFER_REQUEST: gettext_lazy("转班申请"),
    Turn.CLASS_MEND: gettext_lazy("班次待提交"),
    Turn.SCORE_REVIEW: gettext_lazy("成绩修改待确认"),
    Turn.WORK_REVIEW: gettext_lazy("成果待评定"),
    Turn.UNDERCUT_REVIEW: gettext_lazy("依据有变待核实"),
    Turn.REVOCATION_REVIEW: gettext_lazy("撤销待决定"),
    Turn.CERTIFICATE_REVIEW: gettext_lazy("撤证换发待决定"),
    Turn.MERGE_REVIEW: gettext_lazy("合并待确认"),
    Turn.CORRECTION_REVIEW: gettext_lazy("更正待确认"),
    Turn.ERASURE_REVIEW: gettext_lazy("注销待办"),
    Turn.ERASURE_TELL: gettext_lazy("注销待告知"),
    Turn.RULE_REVIEW: gettext_lazy("规则变更待确认"),
    Turn.MONTH_CLOSE: gettext_lazy("月结待确认"),
    Turn.YEAR_CLOSE: gettext_lazy("年结待确认"),
    Turn.SAMPLE_CHECK: gettext_lazy("抽查待核查"),
    Turn.EXPORT_REVIEW: gettext_lazy("导出待同意"),
    Turn.STAFF_REVIEW: gettext_lazy("账号待确认"),
    Turn.CARD_REVIEW: gettext_lazy("红黄牌待确认"),
    Turn.CARD_ANSWER: gettext_lazy("申辩待答复"),
    Turn.CARD_WITHDRAWAL: gettext_lazy("撤牌待确认"),
    Turn.CERTIFICATE_ISSUE: gettext_lazy("证书待发"),
    Turn.GROUP_LIST: gettext_lazy("团报待名单"),
    Turn.TELL: gettext_lazy("学员待告知"),
    Turn.CALL_BACK: gettext_lazy("学员待回访"),
    Turn.FOLLOW_UP: gettext_lazy("学员待跟踪"),
    Turn.APPLICATION_REVIEW: gettext_lazy("报名待审核"),
    Turn.CALL_IN: gettext_lazy("空位待安排"),
    Turn.NO_SHOW: gettext_lazy("未到待处理"),
    Turn.REGISTRATION_MEND: gettext_lazy("备案待修改"),
}


@allow(Permission.SEE_DESK)
def desk(request: HttpRequest) -> HttpResponse:
    """The queue, in a number of statements that does not depend on its length."""
    now = timezone.now()
    user = officer(request)
    chosen = _chosen(request)
    everything = waiting.rows(user=user, now=now, wanted=_wanted(chosen))
    asks_checks = chosen["check"] not in ("", LATE)
    if asks_checks:
        waiting.checked(found=everything, now=now)
    fitting = [row for row in everything if _fits(row, chosen)]
    page = Paginator(fitting, PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list) if asks_checks else waiting.checked(found=list(page.object_list), now=now)
    choosable = [row for row in shown if row.may_be_chosen]
    filtered = bool(chosen["district"] or chosen["q"])
    mine = None if filtered else len(everything)
    kinds = turns.kinds_for(user=user, now=now)
    context = {
        **_frame(request, page=page, chosen=chosen, here="desk", now=now, own=mine),
        "kinds": [(kind.value, KIND_WORDS[kind]) for kind in kinds],
        "due_today": sum(1 for row in fitting if row.due and row.days_left <= 0),
        "choosable": len(choosable),
        "choosable_people": sum(row.people for row in choosable),
        "reviews": any(row.kind == Turn.COMPLETION_REVIEW for row in shown),
        "told": notices.told_staff(user=user, since=now - NEWS)[:NEWS_MOST],
        **kept_views(request, SavedView.Listing.QUEUE),
    }
    return show(request, "desk/queue/list.html", context, here="desk", badge=mine)


def listed(request: HttpRequest, now: datetime) -> list[Row]:
    """Every row that the filters of the address leave of the queue."""
    chosen = _chosen(request)
    rows = waiting.checked(found=waiting.rows(user=officer(request), now=now, wanted=_wanted(chosen)), now=now)
    return [row for row in rows if _fits(row, chosen)]


@allow(Permission.SEE_DESK)
def desk_handled(request: HttpRequest) -> HttpResponse:
    """我办过的: what this person did, latest first."""
    now = timezone.now()
    chosen = _chosen(request)
    # Read whole: to count them and to find a page of them takes as long.
    found = list(turns.handled(user=officer(request), now=now, wanted=_wanted(chosen)))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    frame = _frame(request, page=page, chosen=chosen, here="desk_handled", now=now, own=_whole(page, chosen))
    context = {**frame, "rows": done.deeds(handled=[Handled(*row) for row in page.object_list])}
    return show(request, "desk/queue/handled.html", context, here="desk")


@allow(Permission.SEE_DESK)
def desk_elsewhere(request: HttpRequest) -> HttpResponse:
    """等别人办: what waits for somebody else among the classes that this person sees, longest first."""
    now = timezone.now()
    chosen = _chosen(request)
    found = list(turns.elsewhere(user=officer(request), now=now, wanted=_wanted(chosen)))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    frame = _frame(request, page=page, chosen=chosen, here="desk_elsewhere", now=now, own=_whole(page, chosen))
    context = {**frame, "rows": waiting.followed(waits=[Waiting(*row) for row in page.object_list], now=now)}
    return show(request, "desk/queue/elsewhere.html", context, here="desk")


def _chosen(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip() for name in ("kind", "district", "check", "q")}


def _wanted(chosen: dict[str, str]) -> Wanted:
    classes, registrations = Q(), Q()
    if chosen["district"]:
        classes &= Q(district__key=chosen["district"])
        registrations &= Q(institution__district__key=chosen["district"])
    if text := chosen["q"]:
        classes &= named_like(text)
        registrations &= Q(institution__name__icontains=text) | Q(institution__number__icontains=text)
    return Wanted(classes, registrations)


def _fits(row: Row, chosen: dict[str, str]) -> bool:
    if chosen["check"] == LATE:
        return row.is_late and chosen["kind"] in ("", row.kind)
    passed = all(check.passed for check in row.checks)
    return (not chosen["kind"] or row.kind == chosen["kind"]) and (
        not chosen["check"] or passed == (chosen["check"] == "passed")
    )


def _whole(page: Page[Any], chosen: dict[str, str]) -> int | None:
    """How long the list is, where no filter narrows it."""
    return None if any(chosen.values()) else page.paginator.count


def _frame(
    request: HttpRequest,
    *,
    page: Page[Any],
    chosen: dict[str, str],
    here: str,
    now: datetime,
    own: int | None,
) -> dict[str, Any]:
    """Tabs, filters and pages; who only reads has no tabs. `own` is the number of the open list, where it is known."""
    user = officer(request)
    return {
        "page": page,
        "query": query_without_page(request),
        "chosen": chosen,
        "clear": reverse(here) if any(chosen.values()) else "",
        "districts": _districts(user, now),
        "tabs": _tabs(here, own) if turns.kinds_for(user=user, now=now) else [],
    }


def _tabs(here: str, own: int | None) -> list[dict[str, Any]]:
    """With the number of the open list, where the page knows it; the others come by `desk_counts`."""
    words = {"desk": _("待我办"), "desk_handled": _("我办过的"), "desk_elsewhere": _("等别人办")}
    return [
        {
            "name": name,
            "url": reverse(name),
            "word": word,
            "count": own if here == name else None,
            "current": here == name,
        }
        for name, word in words.items()
    ]


@allow(Permission.SEE_DESK)
def desk_counts(request: HttpRequest) -> JsonResponse:
    """How many things stand in the lists of the queue that are asked `of`: what waits for this person, the others to
    COUNT_MOST. Pages ask for it once they stand there; to count takes as long as many a page."""
    user, now, asked = officer(request), timezone.now(), request.GET.getlist("of")
    found = {name: _count(rows(user=user, now=now)) for name, rows in BESIDE.items() if name in asked}
    if "desk" in asked:
        found["desk"] = str(turns.count_mine(user=user, now=now))
    return JsonResponse(found)


def _count(found: QuerySet[Any, Any]) -> str:
    count = found.order_by()[: COUNT_MOST + 1].count()
    return str(count) if count <= COUNT_MOST else f"{COUNT_MOST}+"


def _districts(user: User, now: datetime) -> QuerySet[District]:
    """Those in which this person sees classes."""
    seen = access.visible_classes(user=user, now=now, permission=Permission.SEE_DESK)
    return District.objects.filter(pk__in=seen.order_by().values("district"))


@allow(Permission.REVIEW)
def desk_approve(request: HttpRequest) -> HttpResponse:
    """What an approval would do, shown before it is done: classes, person-times, and what would not be counted."""
    now = timezone.now()
    found = access.visible_completions(user=officer(request), now=now, permission=Permission.REVIEW)
    numbers = request.GET.getlist("class")
    listed = outlook.foresee(completions=found, class_numbers=numbers, by=officer(request), now=now)
    return show(request, "desk/queue/approve.html", {"outlook": listed}, here="desk")


@require_POST
@allow(Permission.REVIEW)
def desk_approve_done(request: HttpRequest) -> HttpResponse:
    """Approve exactly the completions that were shown: one at once, several as a batch that can be taken back."""
    now = timezone.now()
    found = access.visible_completions(user=officer(request), now=now, permission=Permission.REVIEW)
    numbers = request.POST.getlist("completion")
    listed = Completion.objects.filter(pk__in=found.filter(number__in=numbers).values("pk"))
    rows = list(listed.select_related(*outlook.NEEDED).order_by("number"))
    reason = request.POST.get("reason", "")
    if len(rows) == 1:
        return _approved(request, rows, reason, now)
    try:
        batch = batches.approve_later(by=officer(request), completions=rows, now=now, reason=reason)
    except BatchRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk")
    return redirect("desk_batch", batch.number)


def _approved(request: HttpRequest, rows: list[Completion], reason: str, now: datetime) -> HttpResponse:
    bulk = completion.approve_all(by=officer(request), completions=rows, now=now, reason=reason)
    if bulk.done:
        many = len(bulk.done)
        counted = sum(1 for row in bulk.done if not row.not_counted)
        words = ngettext(
            "已批准 %(done)s 人结业，计入目标 %(counted)s 人次。",
            "已批准 %(done)s 人结业，计入目标 %(counted)s 人次。",
            many,
        )
        messages.success(request, words % {"done": many, "counted": counted})
    for refusal in bulk.refused:
        messages.error(request, refusal.sentence)
    return redirect("desk")
