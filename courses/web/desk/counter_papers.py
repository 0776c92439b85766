"""窗口代交: proofs, and the project papers of a camp, that staff take in from somebody who stands before them."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses import access, enrolment, policy, selection
from courses.access import Permission
from courses.models import Enrolment, TrainingClass
from courses.people import proofs
from courses.refusals import Refused
from courses.web.desk.class_file import fetch
from courses.web.desk.counter import crumbs
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.pitches import PitchForm, as_known


def _live(request: HttpRequest, training_class: TrainingClass) -> QuerySet[Enrolment]:
    seen = access.visible_enrolments(user=officer(request), now=timezone.now())
    return seen.filter(training_class=training_class, status__in=Enrolment.LIVE).select_related("learner", "category")


@never_cache
@require_http_methods(["GET", "POST"])
@allow(Permission.ENROL_AT_COUNTER)
def desk_counter_proofs(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """What was handed in for the category of one enrolment, by whom, and one more file. Nothing is opened here."""
    training_class = fetch(request, number, Permission.ENROL_AT_COUNTER)
    row = get_object_or_404(_live(request, training_class), number=enrolment_number, category__isnull=False)
    now, errors = timezone.now(), []
    if request.method == "POST":
        try:
            content = request.FILES.get("file")
            enrolment.hand_in_proof(enrolment=row, content=content, by=officer(request), now=now)
            messages.success(request, _("材料已保存，已记下由您代交。还要审核的，由他人办理。"))
            return redirect(request.path)
        except Refused as refusal:
            errors = [("file", _("文件"), refusal.sentence)]
    context = {
        "training_class": training_class,
        "enrolment": row,
        "name": row.learner.masked_name,
        "files": proofs.of_enrolments(enrolments=[row]).select_related("uploaded_by"),
        "own": row.learner.user_id,
        "errors": errors,
        "most": policy.current(on=policy.local_date(now)).proof_megabytes,
        "crumbs": _crumbs(row, training_class),
        "here": _("代交证明材料"),
    }
    return show(request, "desk/counter/proofs.html", context, here="desk_classes", status=422 if errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@allow(Permission.ENROL_AT_COUNTER)
def desk_counter_pitch(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """The project papers of one applicant of a camp, written down as they tell or bring them."""
    training_class = fetch(request, number, Permission.ENROL_AT_COUNTER)
    applying = _live(request, training_class).filter(training_class__mode=TrainingClass.Mode.SELECTED)
    row = get_object_or_404(applying, number=enrolment_number)
    if selection.is_own_work(enrolment=row):
        messages.error(request, selection.SelectionRefused(selection.SelectionRefusal.PITCH_OWN).sentence)
        return redirect("desk_receipt", number, enrolment_number)
    known = selection.pitch_of(enrolment=row)
    form = PitchForm(request.POST if request.method == "POST" else None, initial=as_known(known))
    if request.method == "POST" and form.is_valid():
        try:
            selection.hand_in(enrolment=row, by=officer(request), now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("项目材料已保存，已记下由您代交。评分须由他人办理。"))
            return redirect("desk_receipt", number, enrolment_number)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
    context = {
        "training_class": training_class,
        "enrolment": row,
        "name": row.learner.masked_name,
        "known": known,
        "form": form,
        "crumbs": _crumbs(row, training_class),
        "here": _("代交项目材料"),
    }
    return show(request, "desk/counter/pitch.html", context, here="desk_classes", status=422 if form.errors else 200)


def _crumbs(row: Enrolment, training_class: TrainingClass) -> list[tuple[str, str]]:
    return [*crumbs(training_class), (row.number, reverse("desk_receipt", args=[training_class.number, row.number]))]
