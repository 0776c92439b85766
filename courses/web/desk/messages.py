"""消息：how long the queue is, what reached nobody, and sending that again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from courses import access, notices, privacy
from courses.access import Permission
from courses.models import OutboxMessage
from courses.web.desk.page import officer, query_without_page, show, told
from courses.web.gate import allow

PER_PAGE = 30
KINDS: dict[str, str | Promise] = {
    "enrolment_admitted": gettext_lazy("录取通知"),
    "enrolment_applied": gettext_lazy("申请已收到"),
    "enrolment_candidate": gettext_lazy("申请已收到"),
    "selection_chosen": gettext_lazy("评选结果通知"),
    "selection_reserve": gettext_lazy("评选结果通知"),
    "selection_not_chosen": gettext_lazy("评选结果通知"),
    "selection_returned": gettext_lazy("评选结果撤回通知"),
    "enrolment_waitlisted": gettext_lazy("候补通知"),
    "enrolment_offered": gettext_lazy("递补通知"),
    "offer_declined": gettext_lazy("放弃空位通知"),
    "offer_expired": gettext_lazy("空位过期通知"),
    "offer_voided": gettext_lazy("空位取消通知"),
    "enrolment_transferred": gettext_lazy("转班通知"),
    "enrolment_refused": gettext_lazy("未录取通知"),
    "enrolment_withdrawn": gettext_lazy("退出通知"),
    "group_given": gettext_lazy("团报通知"),
    "group_undone": gettext_lazy("团报撤销通知"),
    "group_cancelled": gettext_lazy("团报取消通知"),
    "lesson_changed": gettext_lazy("课次变更通知"),
    "lesson_changed_trainer": gettext_lazy("课次变更通知（教师）"),
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


@allow(Permission.RUN_MESSAGES)
def desk_messages(request: HttpRequest) -> HttpResponse:
    page = Paginator(notices.failures(), PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    state = notices.state(now=now)
    context = {
        "state": state,
        "oldest": duration(state.oldest_seconds),
        "page": page,
        "rows": [row(message) for message in page.object_list],
        "query": query_without_page(request),
        "here": _("消息"),
    }
    return show(request, "desk/messages/list.html", context, here="desk_messages")


def row(message: OutboxMessage) -> Row:
    mailed = getattr(message, "second_try", None)
    return Row(
        key=message.provider_key,
        kind=str(KINDS.get(message.kind, message.kind)),
        to=privacy.mask_phone(message.to) if message.channel == OutboxMessage.Channel.SMS else _("邮箱"),
        learner=message.learner.number if message.learner else "",
        error=str(ERRORS.get(message.last_error, message.last_error)),
        attempts=message.attempts,
        at=message.created_at,
        next_step=_("已改发邮件") if mailed else _("站内可看，可电话告知"),
    )


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
    message = get_object_or_404(access.visible_failures(user=user, now=now), provider_key=key)
    with told(request, _("已放回发送队列，一分钟内再发一次。")):
        notices.resend(by=user, message=message, now=now)
    return redirect("desk_messages")
