"""消息：how long the queue is, what reached nobody, and sending that again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from courses import access, dates, notices, privacy
from courses.access import Permission
from courses.models import OutboxMessage
from courses.notices import MessageRefused
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow

PER_PAGE = 30
KINDS: dict[str, str | Promise] = {
    "mailbox_code": gettext_lazy("邮箱验证码"),
    "enrolment_admitted": gettext_lazy("录取通知"),
    "enrolment_applied": gettext_lazy("申请已收到"),
    "enrolment_candidate": gettext_lazy("申请已收到"),
    "selection_chosen": gettext_lazy("评选结果通知"),
    "selection_reserve": gettext_lazy("评选结果通知"),
    "selection_not_chosen": gettext_lazy("评选结果通知"),
    "selection_returned": gettext_lazy("评选结果撤回通知"),
    "enrolment_waitlisted": gettext_lazy("候补通知"),
    "enrolment_offered": gettext_lazy("递补通知"),
    "enrolment_closes": gettext_lazy("报名提前截止通知"),
    "offer_declined": gettext_lazy("放弃空位通知"),
    "offer_expired": gettext_lazy("空位过期通知"),
    "offer_voided": gettext_lazy("空位取消通知"),
    "enrolment_transferred": gettext_lazy("转班通知"),
    "enrolment_refused": gettext_lazy("未录取通知"),
    "enrolment_withdrawn": gettext_lazy("退出通知"),
    "not_reached": gettext_lazy("开班未录取通知"),
    "not_reached_next": gettext_lazy("开班未录取通知"),
    "enrolment_no_show": gettext_lazy("未到通知"),
    "enrolment_reinstated": gettext_lazy("恢复席位通知"),
    "transfer_refused": gettext_lazy("转班答复"),
    "transfer_ended": gettext_lazy("转班申请结束通知"),
    "class_cancelled": gettext_lazy("班次取消通知"),
    "class_suspended": gettext_lazy("班次暂停通知"),
    "class_resumed": gettext_lazy("班次恢复通知"),
    "group_replaced": gettext_lazy("单位换人通知"),
    "lesson_added": gettext_lazy("补上课次通知"),
    "lesson_added_trainer": gettext_lazy("补上课次通知（教师）"),
    "lesson_cancelled": gettext_lazy("课次取消通知"),
    "lesson_cancelled_trainer": gettext_lazy("课次取消通知（教师）"),
    "change_granted": gettext_lazy("变更答复"),
    "change_refused": gettext_lazy("变更答复"),
    "leave_granted": gettext_lazy("请假答复"),
    "leave_refused": gettext_lazy("请假答复"),
    "dispute_corrected": gettext_lazy("异议答复"),
    "dispute_kept": gettext_lazy("异议答复"),
    "class_cancelled_trainer": gettext_lazy("班次取消通知（教师）"),
    "class_suspended_trainer": gettext_lazy("班次暂停通知（教师）"),
    "class_resumed_trainer": gettext_lazy("班次恢复通知（教师）"),
    "group_given": gettext_lazy("团报通知"),
    "group_suspended": gettext_lazy("团报暂停通知"),
    "group_resumed": gettext_lazy("团报恢复通知"),
    "group_undone": gettext_lazy("团报撤销通知"),
    "group_not_reached": gettext_lazy("团报未录取通知"),
    "group_cancelled": gettext_lazy("团报取消通知"),
    "group_asked_suspended": gettext_lazy("团报暂停通知"),
    "group_asked_resumed": gettext_lazy("团报恢复通知"),
    "group_asked_cancelled": gettext_lazy("团报取消通知"),
    "group_asked_over": gettext_lazy("团报结束通知"),
    "lesson_changed": gettext_lazy("课次变更通知"),
    "lesson_changed_trainer": gettext_lazy("课次变更通知（教师）"),
    "lessons_changed": gettext_lazy("课次变更通知"),
    "lessons_changed_trainer": gettext_lazy("课次变更通知（教师）"),
    "make_up_agreed": gettext_lazy("补课答复"),
    "make_up_refused": gettext_lazy("补课答复"),
    "make_up_moved": gettext_lazy("补课变更通知"),
    "make_up_suspended": gettext_lazy("补课暂停通知"),
    "make_up_resumed": gettext_lazy("补课恢复通知"),
    "make_up_called_off": gettext_lazy("补课取消通知"),
    "make_up_counted": gettext_lazy("补课答复"),
    "make_up_not_counted": gettext_lazy("补课答复"),
    "works_assigned": gettext_lazy("分评通知"),
    "examiner_named": gettext_lazy("考评指派通知"),
    "work_judged_excellent": gettext_lazy("评定通知"),
    "work_judged_pass": gettext_lazy("评定通知"),
    "work_judged_fail": gettext_lazy("评定通知"),
    "work_judged_fail_over": gettext_lazy("评定通知"),
    "work_regraded_excellent": gettext_lazy("改评通知"),
    "work_regraded_pass": gettext_lazy("改评通知"),
    "work_regraded_fail": gettext_lazy("改评通知"),
    "erasure_done": gettext_lazy("注销办结通知"),
    "erasure_refused": gettext_lazy("注销答复"),
    "name_corrected": gettext_lazy("更正通知"),
    "document_corrected": gettext_lazy("更正通知"),
    "phone_corrected": gettext_lazy("更正通知"),
    "correction_dropped": gettext_lazy("更正答复"),
    "review_overdue": gettext_lazy("逾期未审通知"),
    "export_ready": gettext_lazy("定期导出通知"),
    "export_failed": gettext_lazy("定期导出通知"),
    "yellow_card_shown": gettext_lazy("红黄牌通知"),
    "red_card_shown": gettext_lazy("红黄牌通知"),
    "card_kept": gettext_lazy("申辩答复"),
    "card_withdrawn": gettext_lazy("红黄牌撤回通知"),
    "card_dropped": gettext_lazy("红黄牌未出示通知"),
}
ERRORS: dict[str, str | Promise] = {
    "rejected": gettext_lazy("通道不接收，多半是号码不对"),
    "unreachable": gettext_lazy("通道一直没有接通"),
    "not_delivered": gettext_lazy("通道报告没有送到手机"),
    "unfinished": gettext_lazy("多次发送都没有得到答复"),
}


@dataclass(frozen=True)
class Row:
    """`next_step`: what has been or can be done for the reader."""

    key: UUID
    kind: str
    to: str
    learner: str
    error: str
    attempts: int
    at: datetime
    next_step: str
    may_resend: bool


@allow(Permission.RUN_MESSAGES)
def desk_messages(request: HttpRequest) -> HttpResponse:
    kind, error = _filters(request.GET)
    rows = notices.failures(kinds=_same_words(kind), error=error)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    state = notices.state(now=now)
    context = {
        "state": state,
        "oldest": duration(state.oldest_seconds),
        "page": page,
        "failed": notices.failures().count() if kind or error else page.paginator.count,
        "rows": _rows(list(page.object_list), now),
        "query": query_without_page(request),
        "kind": kind,
        "error": error,
        "kinds": _kinds(),
        "errors": ERRORS.items(),
        "here": _("消息"),
    }
    return show(request, "desk/messages/list.html", context, here="desk_messages")


def _filters(given: QueryDict) -> tuple[str, str]:
    """Kind and cause, empty where it is none that is known."""
    kind, error = given.get("kind", ""), given.get("error", "")
    return kind if kind in KINDS else "", error if error in ERRORS else ""


def _kinds() -> list[tuple[str, str]]:
    """Of which something failed, each word once."""
    failed = notices.failures().order_by("kind").values_list("kind", flat=True).distinct()
    return [(kind, word) for word, kind in {str(KINDS[each]): each for each in failed if each in KINDS}.items()]


def _same_words(kind: str) -> list[str]:
    """The kinds that staff read as one."""
    return [each for each, word in KINDS.items() if kind and str(word) == str(KINDS[kind])]


def _rows(failed: list[OutboxMessage], now: datetime) -> list[Row]:
    over = notices.outdated(messages=failed, now=now)
    return [row(message, over=message.pk in over) for message in failed]


def row(message: OutboxMessage, *, over: bool) -> Row:
    mailed = getattr(message, "second_try", None)
    return Row(
        key=message.provider_key,
        kind=str(KINDS.get(message.kind, message.kind)),
        to=privacy.mask_phone(message.to) if message.channel == OutboxMessage.Channel.SMS else _("邮箱"),
        learner=message.learner.number if message.learner else "",
        error=str(ERRORS.get(message.last_error, message.last_error)),
        attempts=message.attempts,
        at=message.created_at,
        next_step=_next_step(message, mailed=mailed is not None, over=over),
        may_resend=not over,
    )


def _next_step(message: OutboxMessage, *, mailed: bool, over: bool) -> str:
    if over:
        return _("空位已不再保留，或消息已过期，不用再发")
    if message.told_at:
        return _("机构已告知本人")
    if message.learner and message.learner.user_id is None:
        return _("本人没有账号，请机构当面告知")
    if message.kind == notices.OFFER and not mailed:
        return _("空位有时限，请机构告知本人")
    return _("已改发邮件") if mailed else _("站内可看，可电话告知")


def duration(seconds: int) -> str:
    if seconds < 60:
        return ngettext("%(n)s 秒", "%(n)s 秒", seconds) % {"n": seconds}
    if seconds < 3600:
        return ngettext("%(n)s 分钟", "%(n)s 分钟", seconds // 60) % {"n": seconds // 60}
    return ngettext("%(n)s 小时", "%(n)s 小时", seconds // 3600) % {"n": seconds // 3600}


@require_POST
@allow(Permission.RUN_MESSAGES)
def desk_message_resend(request: HttpRequest, key: UUID) -> HttpResponse:
    user, now = officer(request), timezone.now()
    message = get_object_or_404(access.visible_messages(user=user, now=now), provider_key=key)
    try:
        at = notices.resend(by=user, message=message, now=now)
    except MessageRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_messages")
    later = _("已放回发送队列，夜间不发短信，%(at)s 起再发一次。") % {"at": dates.moment(at)}
    messages.success(request, later if at > now else _("已放回发送队列，一分钟内再发一次。"))
    return redirect("desk_messages")


@allow(Permission.RUN_MESSAGES)
def desk_messages_resend(request: HttpRequest) -> HttpResponse:
    """How many would be sent again by these filters; and that they are."""
    user, now = officer(request), timezone.now()
    kind, error = _filters(request.POST if request.method == "POST" else request.GET)
    wanted: dict[str, Any] = {"kinds": _same_words(kind), "error": error}
    if request.method == "POST":
        try:
            many = notices.resend_all(by=user, **wanted, now=now)
        except MessageRefused as refusal:
            messages.error(request, refusal.sentence)
        else:
            words = ngettext(
                "%(count)s 条已放回发送队列，依次再发一次。", "%(count)s 条已放回发送队列，依次再发一次。", many
            )
            messages.success(request, words % {"count": many})
        return redirect("desk_messages")
    failed, many = notices.failures(**wanted).count(), len(notices.sendable(**wanted, now=now))
    context = {
        "kind": kind,
        "error": error,
        "kind_words": KINDS.get(kind, ""),
        "error_words": ERRORS.get(error, ""),
        "many": many,
        "left": failed - many,
        "days": notices.TOGETHER.days,
        "crumbs": [(_("消息"), reverse("desk_messages"))],
        "here": _("一起重发"),
    }
    return show(request, "desk/messages/resend.html", context, here="desk_messages")
