"""实名: one question a page, then everything to check, once; afterwards the page shows what is held, masked."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from courses.models import DocumentKind, Learner, User
from courses.people import identity as people
from courses.people.documents import RULES, DocumentRefused
from courses.people.identity import LISTS, IdentityAnswers, IdentityStep
from courses.people.learners import IdentityRefusal, IdentityRefused, checked_document
from courses.privacy import mask_id, mask_phone
from courses.web.appearance import safe_next
from courses.web.gate import learner_only
from courses.web.my.identity_forms import TITLES, StepForm, form_of

# Of a refusal at the end, the question whose answer is to be changed.
STEP_OF = {
    IdentityRefusal.NAME_MISSING: IdentityStep.NAME,
    IdentityRefusal.NAME_NOT_ON_RECORD: IdentityStep.NAME,
    IdentityRefusal.UNKNOWN_CHOICE: IdentityStep.CATEGORY,
}
# The questions, and the page on which the answers are checked.
STEPS = len(IdentityStep) + 1


@never_cache
@learner_only
@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest) -> HttpResponse:
    """What is held; before that, the answers to check. The POST proves who one is."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    wanted = safe_next(request, default="")
    if learner.verified_at:
        return redirect(wanted) if wanted else render(request, "my/identity/show.html", {"rows": _held(learner)})
    answers = people.answers_of(learner=learner)
    if people.open_steps(answers=answers):
        return redirect(_onward(answers, wanted))
    errors = []
    if request.method == "POST":
        try:
            assert isinstance(request.user, User)
            people.complete(learner=learner, by=request.user, now=timezone.now())
            messages.success(request, _("实名已完成。"))
            return redirect(wanted or "my")
        except IdentityRefused as refusal:
            if refusal.code == IdentityRefusal.ALREADY_VERIFIED:
                return redirect(wanted or "my_identity")
            step = STEP_OF.get(refusal.code, IdentityStep.DOCUMENT)  # type: ignore[call-overload]
            errors = [(step, TITLES[step], refusal.sentence)]
    context = {
        "rows": _answered(answers, wanted),
        "errors": errors,
        "back": _address(IdentityStep.CATEGORY, wanted),
        "step": STEPS,
        "steps": STEPS,
    }
    return render(request, "my/identity/check.html", context, status=422 if errors else 200)


@never_cache
@sensitive_post_parameters("name", "number")
@learner_only
@require_http_methods(["GET", "POST"])
def identity_step(request: HttpRequest, name: str) -> HttpResponse:
    """One question; the answer is kept, and the next open one asked."""
    if name not in set(IdentityStep):
        raise Http404
    step, wanted = IdentityStep(name), safe_next(request, default="")
    learner: Learner = request.learner  # type: ignore[attr-defined]
    if learner.verified_at:
        return redirect(wanted or "my_identity")
    answers = people.answers_of(learner=learner)
    if step != IdentityStep.CONSENT and IdentityStep.CONSENT not in answers.given:
        return redirect(_address(IdentityStep.CONSENT, wanted))
    form = form_of(step, answers, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            form.keep(learner=learner, now=timezone.now())
            return redirect(_onward(people.answers_of(learner=learner), wanted))
        except IdentityRefused as refusal:
            if refusal.code == IdentityRefusal.ALREADY_VERIFIED:
                return redirect(wanted or "my_identity")
            form.add_error(form.asked, refusal.sentence)
    return render(request, form.page, _asked(step, form, answers, wanted), status=form.status)


def _asked(step: IdentityStep, form: StepForm, answers: IdentityAnswers, wanted: str) -> dict[str, Any]:
    place = list(IdentityStep).index(step)
    return {
        "form": form,
        "title": TITLES[step],
        "step": place + 1,
        "steps": STEPS,
        "back": _address(list(IdentityStep)[place - 1], wanted) if place else wanted,
        **(_with_number(answers, wanted) if step == IdentityStep.DOCUMENT else {}),
    }


def _with_number(answers: IdentityAnswers, wanted: str) -> dict[str, Any]:
    """A number that was given stands there masked; who does not change it goes on past the form."""
    known = mask_id(answers.number) if answers.number else ""
    return {"live": _live(), "known": known, "onward": _onward(answers, wanted)}


def _onward(answers: IdentityAnswers, wanted: str) -> str:
    """The next question without an answer; with all of them answered, the page to check them on."""
    steps = people.open_steps(answers=answers)
    return _address(steps[0] if steps else None, wanted)


def _address(step: IdentityStep | None, wanted: str) -> str:
    """Where the visitor came from goes along; nothing of the answers does."""
    path = reverse("my_identity_step", args=[step]) if step else reverse("my_identity")
    return f"{path}?{urlencode({'next': wanted}, safe='/')}" if wanted else path


def _live() -> dict[str, Any]:
    """What the page needs to name a slip while one types: which kinds have a check character, and the sentences."""
    return {
        "eighteen": [kind.value for kind, rule in RULES.items() if rule.has_eighteen],
        "slips": {str(code): str(sentence) for code, sentence in DocumentRefused.sentences.items()},
    }


def _answered(answers: IdentityAnswers, wanted: str) -> list[dict[str, Any]]:
    """The answers with a way to change each; what the number tells by itself stands with it."""
    words = {step: model._default_manager.get(key=getattr(answers, step)).label for step, model in LISTS.items()}
    kind = DocumentKind.objects.get(key=answers.kind)
    rows = [
        (IdentityStep.NAME, _("姓名"), answers.name, ""),
        (IdentityStep.DOCUMENT, kind.label, mask_id(answers.number), _read_from(answers)),
        (IdentityStep.DISTRICT, _("常住区市"), words[IdentityStep.DISTRICT], ""),
        (IdentityStep.EDUCATION, _("文化程度"), words[IdentityStep.EDUCATION], ""),
        (IdentityStep.CATEGORY, _("人员类别"), words[IdentityStep.CATEGORY], ""),
    ]
    return [
        {"id": step, "label": label, "value": value, "note": note, "url": _address(step, wanted), "action": _("修改")}
        for step, label, value, note in rows
    ]


def _read_from(answers: IdentityAnswers) -> str:
    """Sex and day of birth as the number has them, for its owner to see that it is the right one."""
    try:
        checked = checked_document(kind_key=answers.kind, number=answers.number, now=timezone.now())
    except IdentityRefused:
        return ""
    sex = Learner.Sex(checked.sex).label if checked.sex else ""
    return _("，").join(part for part in (str(sex), _born(checked.birth_date)) if part)


def _born(day: date | None) -> str:
    return _("%(day)s 出生") % {"day": day.isoformat()} if day else ""


def _held(learner: Learner) -> list[dict[str, str]]:
    document = learner.documents.select_related("kind").filter(until__isnull=True).first()
    rows = [
        (_("姓名"), learner.name),
        (document.kind.label if document else _("证件"), mask_id(document.number) if document else ""),
        (_("性别"), learner.get_sex_display()),
        (_("出生日期"), f"{learner.born_on:%Y-%m-%d}" if learner.born_on else _("未登记")),
        (_("手机号"), mask_phone(learner.phone)),
        (_("常住区市"), learner.district.label if learner.district else _("未填写")),
        (_("文化程度"), learner.education.label if learner.education else _("未填写")),
        (_("人员类别"), learner.category.label if learner.category else _("未填写")),
    ]
    return [{"label": label, "value": value} for label, value in rows]
