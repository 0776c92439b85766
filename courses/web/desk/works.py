"""成果 of one class: the institution hands in for its learners, somebody from outside opens and judges."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import access, completion, policy, works
from courses.access import Permission
from courses.models import Enrolment, Regrade, TrainingClass, Work
from courses.people import proofs
from courses.web import handing_in
from courses.web.attachments import attachment
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow
from courses.web.told import told
from courses.works import assigning, regrading

PER_PAGE = 30


@never_cache
@allow(Permission.SEE_DESK)
def desk_works(request: HttpRequest, number: str) -> HttpResponse:
    """Those whose work waits come first; a reader without a part in it sees grades, no file and no link."""
    user, now = officer(request), timezone.now()
    training_class = fetch(request, number, Permission.SEE_DESK)
    asked = completion.works_asked(training_class)
    waits = Count("works", filter=Q(works__in=Work.objects.filter(Work.WAITS)))
    rows = (
        Enrolment.objects.filter(training_class=training_class, status=Enrolment.Status.ADMITTED)
        .select_related("learner")
        .annotate(waits=waits)
        .order_by("-waits", "arrival_no")
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    parts = handing_in.parts_of_many(enrolments=list(page.object_list), asked=asked)
    judges = works.may_judge(by=user, training_class=training_class, now=now)
    runs = access.may_on(user=user, training_class=training_class, permission=Permission.RUN_CLASSES, now=now)
    context = {
        "training_class": training_class,
        "asked": asked,
        "page": page,
        "rows": [(row, row.learner.masked_name, parts[row.pk]) for row in page.object_list],
        "grades": Work.Grade.choices,
        "regrades": regrading.waiting(training_class=training_class) if asked else [],
        "may_hand_in": runs,
        "may_judge": judges,
        "experts": access.experts(training_class=training_class, now=now) if asked and judges else [],
        "most": policy.current(on=policy.local_date(now)).proof_megabytes,
        "user_pk": user.pk,
        "query": query_without_page(request),
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[training_class.number])),
        ],
        "here": _("成果"),
    }
    return show(request, "desk/works/list.html", context, here="desk_classes")


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_work_hand_in(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """For a learner who brought paper or has no phone."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    rows = access.visible_enrolments(user=officer(request), now=timezone.now())
    row = get_object_or_404(
        rows.select_related("learner", "training_class"), number=enrolment_number, training_class=training_class
    )
    with told(request, _("已代为提交，等机构以外的人评定。")):
        handing_in.take(request, enrolment=row, by=officer(request), now=timezone.now())
    return redirect("desk_works", number)


@require_POST
@allow(Permission.REVIEW)
def desk_work_open(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """The file of a plan, as a download; the learner sees in 我的信息 who opened it."""
    training_class = fetch(request, number, Permission.REVIEW)
    work = _work(training_class, code)
    proof = get_object_or_404(
        proofs.of_works(training_class=training_class).select_related("learner"), pk=work.proof_id
    )
    content = proofs.look(by=officer(request), proof=proof, enrolment=work.enrolment, now=timezone.now())
    return attachment(content=content, kind=proof.kind, name=f"{work.enrolment.number}-{work.version}")


@require_POST
@allow(Permission.REVIEW)
def desk_work_judge(request: HttpRequest, number: str, code: str) -> HttpResponse:
    work = _work(fetch(request, number, Permission.REVIEW), code)
    grade, note = request.POST.get("grade", ""), request.POST.get("note", "")
    with told(request, _("评定已保存，学员能看到结果。")):
        works.judge(by=officer(request), work=work, grade=grade, note=note, now=timezone.now())
    return redirect("desk_works", number)


@require_POST
@allow(Permission.REVIEW)
def desk_works_assign(request: HttpRequest, number: str) -> HttpResponse:
    """Everything of the class that waits goes to one reviewer from outside."""
    training_class, now = fetch(request, number, Permission.REVIEW), timezone.now()
    found = access.experts(training_class=training_class, now=now).filter(username=request.POST.get("expert", ""))
    reviewer = get_object_or_404(found)
    with told(request, _("已分给专家，专家登录后能看到。")):
        assigning.assign(by=officer(request), training_class=training_class, reviewer=reviewer, now=now)
    return redirect("desk_works", number)


@require_POST
@allow(Permission.REVIEW)
def desk_work_regrade(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Ask for another grade than the one that was given."""
    work = _work(fetch(request, number, Permission.REVIEW), code)
    grade, reason = request.POST.get("grade", ""), request.POST.get("reason", "")
    with told(request, _("改评已提出，等另一人确认后生效。")):
        regrading.ask(by=officer(request), work=work, grade=grade, reason=reason, now=timezone.now())
    return redirect("desk_works", number)


@require_POST
@allow(Permission.REVIEW)
def desk_work_regrade_decide(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """The second person lets another grade hold, or not."""
    work = _work(fetch(request, number, Permission.REVIEW), code)
    asked = get_object_or_404(
        work.regrades.select_related("work__enrolment__learner", "work__enrolment__training_class"),
        status=Regrade.Status.ASKED,
    )
    agree = request.POST.get("decision") == "agree"
    with told(request, _("已确认，新的评定生效。") if agree else _("没有同意，评定不变。")):
        regrading.decide(by=officer(request), regrade=asked, agree=agree, now=timezone.now())
    return redirect("desk_works", number)


def _work(training_class: TrainingClass, code: str) -> Work:
    rows = Work.objects.filter(enrolment__training_class=training_class)
    return get_object_or_404(rows.select_related("enrolment__learner", "enrolment__training_class"), code=code)
