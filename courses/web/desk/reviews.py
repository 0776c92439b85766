"""分给我的成果: what a reviewer from outside was given to judge, and not a row beside it."""

from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import access, policy, works
from courses.access import Permission
from courses.models import Work
from courses.people import proofs
from courses.web.attachments import attachment
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow
from courses.web.handing_in import CHANGES, version_of
from courses.web.told import told

PER_PAGE = 30
NEEDED = ("enrolment__learner", "enrolment__training_class__course", "proof")


@never_cache
@allow(Permission.JUDGE_WORKS)
def desk_reviews(request: HttpRequest) -> HttpResponse:
    """Those that wait first, the oldest before the others, then what was judged lately; of learners the masked name."""
    now = timezone.now()
    mine = works.given(user=officer(request), now=now).select_related(*NEEDED)
    rows = mine.order_by(Case(When(grade="", then=0), default=1), "at", "pk").prefetch_related(CHANGES)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(version_of(row), row.enrolment.learner.masked_name) for row in page.object_list],
        "grades": Work.Grade.choices,
        "query": query_without_page(request),
        "days": policy.current(on=policy.local_date(now)).judged_shown_days,
        "here": _("分给我的成果"),
    }
    return show(request, "desk/works/mine.html", context, here="desk_reviews", badge=0)


@require_POST
@allow(Permission.JUDGE_WORKS)
def desk_review_open(request: HttpRequest, code: str) -> HttpResponse:
    """The file of a plan that waits, as a download; the learner sees in 我的信息 who opened it."""
    work = get_object_or_404(_mine(request), code=code, grade="", proof__isnull=False, proof__deleted_at__isnull=True)
    assert work.proof is not None
    by, now = officer(request), timezone.now()
    if not access.is_outside(by=by, training_class=work.enrolment.training_class, now=now):
        raise Http404
    content = proofs.look(by=by, proof=work.proof, enrolment=work.enrolment, now=now)
    return attachment(content=content, kind=work.proof.kind, name=work.code)


@require_POST
@allow(Permission.JUDGE_WORKS)
def desk_review_judge(request: HttpRequest, code: str) -> HttpResponse:
    work = get_object_or_404(_mine(request), code=code)
    grade, note = request.POST.get("grade", ""), request.POST.get("note", "")
    with told(request, _("评定已保存，学员能看到结果。")):
        works.judge(by=officer(request), work=work, grade=grade, note=note, now=timezone.now())
    return redirect("desk_reviews")


def _mine(request: HttpRequest) -> QuerySet[Work]:
    needed = ("enrolment__learner", "enrolment__training_class", "proof__learner")
    return works.given(user=officer(request), now=timezone.now()).select_related(*needed)
