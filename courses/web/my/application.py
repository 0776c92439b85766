"""报名的各步: one question a page, each answer kept on the server; what is asked depends on who applies for what."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from courses import enrolment
from courses.enrolment import Eligibility, Step
from courses.models import Learner, LearnerCategory, TrainingClass
from courses.people.identity import answers_of
from courses.privacy import mask_phone
from courses.refusals import Refused
from courses.web.gate import learner_only

CONTACT = "contact"
TITLES: dict[str, str | Promise] = {
    CONTACT: gettext_lazy("用哪个手机号通知您？"),
    Step.CATEGORY: gettext_lazy("您现在属于哪一类人员？"),
    Step.GRADUATION: gettext_lazy("您什么时候毕业？"),
    Step.PROOF: gettext_lazy("提交证明材料"),
    Step.CRITERIA: gettext_lazy("请逐条确认参加条件"),
}


class ContactForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=20,
        help_text=gettext_lazy("录取、候补和改期都发到这个号码。登录仍用原来的手机号"),
        error_messages={"required": gettext_lazy("请填写手机号")},
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class CategoryForm(forms.Form):
    answer = forms.ChoiceField(
        label=gettext_lazy("人员类别"),
        help_text=gettext_lazy("按现在的情况选一项。不清楚的，选「其他城乡劳动者」"),
        error_messages={"required": gettext_lazy("请选择一项"), "invalid_choice": gettext_lazy("请从列表中选择")},
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row.key, row.label) for row in LearnerCategory.objects.all()]
        self.fields["answer"].choices = choices  # type: ignore[attr-defined]


class GraduationForm(forms.Form):
    answer = forms.DateField(
        label=gettext_lazy("毕业日期"),
        help_text=gettext_lazy("毕业证书上的日期，还没发证的填预计日期"),
        error_messages={"required": gettext_lazy("请填写毕业日期"), "invalid": gettext_lazy("请按年月日填写")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class CriteriaForm(forms.Form):
    answer = forms.MultipleChoiceField(
        label=gettext_lazy("参加条件"),
        error_messages={"required": gettext_lazy("请逐条勾选确认")},
        widget=forms.CheckboxSelectMultiple,
    )


@dataclass(frozen=True)
class Page:
    """One question: its form, what stands in it before, and the domain call that keeps the answer."""

    form: type[forms.Form]
    keep: Callable[..., None]
    word: str
    known: Callable[[Eligibility, Learner], Any]


PAGES: dict[str, Page] = {
    CONTACT: Page(
        ContactForm, enrolment.answer_phone, "phone", lambda seen, learner: seen.weighed.answers.phone or learner.phone
    ),
    Step.CATEGORY: Page(
        CategoryForm, enrolment.answer_category, "category", lambda seen, _learner: seen.weighed.facts.category
    ),
    Step.GRADUATION: Page(
        GraduationForm, enrolment.answer_graduation, "day", lambda seen, _learner: seen.weighed.facts.graduates_on
    ),
    Step.CRITERIA: Page(
        CriteriaForm, enrolment.answer_criteria, "declared", lambda seen, _learner: list(seen.weighed.facts.declared)
    ),
}


def offered(number: str) -> TrainingClass:
    """A class that anybody may know of; of one called off only where people could have joined it before."""
    called_off = Q(status=TrainingClass.Status.CANCELLED, approved_at__isnull=False)
    known = TrainingClass.objects.filter(~Q(status__in=TrainingClass.UNAPPROVED) | called_off)
    return get_object_or_404(known.select_related("course", "venue", "district", "institution"), number=number)


def open_page(seen: Eligibility, number: str, *, done: str = "") -> str:
    """The address of the next question, or of the task list. What was just asked is not asked again."""
    steps = [step for step in seen.weighed.open_steps if step != done]
    return reverse("enrol_step", args=[number, steps[0]]) if steps else reverse("enrol_start", args=[number])


@sensitive_post_parameters("answer")
@learner_only
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, number: str, name: str) -> HttpResponse:
    page = PAGES.get(name)
    if page is None:
        raise Http404
    learner: Learner = request.learner  # type: ignore[attr-defined]
    training_class, now = offered(number), timezone.now()
    if training_class.status == TrainingClass.Status.CANCELLED:
        return redirect("enrol_start", number=number)
    seen = enrolment.check(learner=learner, training_class=training_class, now=now)
    form = _form(page, request, seen, learner)
    if request.method == "POST" and form.is_valid():
        try:
            said = {page.word: form.cleaned_data["answer"]}
            page.keep(learner=learner, training_class=training_class, now=now, **said)
            return redirect(_next(request, learner, training_class, name, now))
        except Refused as refusal:
            form.add_error("answer", refusal.sentence)
    context = {
        "training_class": training_class,
        "form": form,
        "title": TITLES[name],
        "choice": name in (Step.CATEGORY, Step.CRITERIA),
    }
    return render(request, "my/enrolment/step.html", context, status=422 if form.errors else 200)


def _form(page: Page, request: HttpRequest, seen: Eligibility, learner: Learner) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    form = page.form(data, initial={"answer": page.known(seen, learner)})
    if page.form is CriteriaForm:
        form.fields["answer"].choices = enrolment.criteria_of(  # type: ignore[attr-defined]
            kind=seen.weighed.facts.kind, policy=seen.weighed.policy
        )
    return form


def _next(request: HttpRequest, learner: Learner, training_class: TrainingClass, done: str, now: datetime) -> str:
    if done == CONTACT:
        return reverse("enrol_start", args=[training_class.number])
    seen = enrolment.check(learner=learner, training_class=training_class, now=now)
    return open_page(seen, training_class.number, done=done)


def tasks(*, seen: Eligibility, learner: Learner, training_class: TrainingClass) -> list[dict[str, Any]]:
    """The rows of the task list: identity, contact, materials, confirmation, each with how far it is."""
    number = training_class.number
    verified = learner.verified_at is not None
    here = reverse("enrol_start", args=[number])
    identity = {"title": _("姓名和证件"), "kind": "done", "word": _("已完成")}
    if not verified:
        begun = bool(answers_of(learner=learner).given)
        word = _("填了一部分") if begun else _("未填写")
        identity |= {"kind": "wait", "word": word, "url": f"{reverse('my_identity')}?next={here}"}
    phone = mask_phone(seen.weighed.answers.phone or learner.phone)
    contact = {
        "title": _("联系方式"),
        "kind": "done",
        "word": phone,
        "url": reverse("enrol_step", args=[number, CONTACT]),
    }
    return [
        identity,
        contact,
        _materials(seen, number, verified=verified),
        {"title": _("确认报名"), "word": _("最后一步")},
    ]


def _materials(seen: Eligibility, number: str, *, verified: bool) -> dict[str, Any]:
    if not verified:
        return {"title": _("类别和材料"), "word": _("填好姓名和证件后可填")}
    to_do = seen.weighed.open_steps
    page = to_do[0] if to_do else Step.CATEGORY
    row = {"title": _("类别和材料"), "url": reverse("enrol_step", args=[number, page])}
    if blocking_step(seen):
        return row | {"kind": "wait", "word": _("未填写")}
    if Step.PROOF in to_do or Step.GRADUATION in to_do:
        return row | {"kind": "slow", "word": _("可以报名后再补")}
    return row | {"kind": "done", "word": _("已完成")}


def blocking_step(seen: Eligibility) -> Step | None:
    """The question whose answer keeps the applicant from confirming."""
    finding = seen.weighed.blocking
    return finding.step if finding else None
