"""实名: who one is, once; afterwards the page shows what is held, masked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from courses.models import ConsentNotice, District, DocumentKind, EducationLevel, Learner, LearnerCategory, User
from courses.people.documents import RULES, DocumentRefused
from courses.people.learners import NOTICES, IdentityRefusal, IdentityRefused, verify_identity
from courses.privacy import mask_id, mask_phone
from courses.web.appearance import safe_next
from courses.web.gate import learner_only

FIELD_OF = {
    IdentityRefusal.NAME_MISSING: "name",
    IdentityRefusal.DOCUMENT_INVALID: "number",
    IdentityRefusal.UNDER_AGE: "number",
    IdentityRefusal.DUPLICATE_PERSON: "number",
    IdentityRefusal.NAME_NOT_ON_RECORD: "name",
    IdentityRefusal.PHONE_NOT_ON_RECORD: "number",
    IdentityRefusal.TWO_RECORDS: "number",
    IdentityRefusal.CONSENT_MISSING: "consent",
}


def reference(model: Any, label: Any, help_text: Any = "") -> "forms.ModelChoiceField[Any]":
    return forms.ModelChoiceField(
        queryset=model.objects.all(),
        label=label,
        help_text=help_text,
        empty_label=gettext_lazy("请选择"),
        error_messages={"required": gettext_lazy("请选择一项"), "invalid_choice": gettext_lazy("请从列表中选择")},
    )


class IdentityForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("姓名"),
        max_length=60,
        help_text=gettext_lazy("与证件上的写法一致"),
        error_messages={"required": gettext_lazy("请填写证件上的姓名")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    kind = reference(DocumentKind, gettext_lazy("证件类型"))
    number = forms.CharField(
        label=gettext_lazy("证件号码"),
        max_length=40,
        help_text=gettext_lazy("加密保存，页面上只显示前 3 位和后 4 位。末位是 X 的，大小写都可以"),
        error_messages={"required": gettext_lazy("请填写证件号码")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    district = reference(District, gettext_lazy("常住区市"))
    education = reference(EducationLevel, gettext_lazy("文化程度"))
    category = reference(LearnerCategory, gettext_lazy("人员类别"), gettext_lazy("不清楚选哪一项，选「其他」就可以"))
    consent = forms.BooleanField(
        label=gettext_lazy("我已阅读上面两份告知，同意处理我的个人信息和证件号码"),
        error_messages={"required": gettext_lazy("请先阅读告知，再勾选同意")},
    )


@learner_only
@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    wanted = safe_next(request, default="")
    if learner.verified_at:
        return redirect(wanted) if wanted else render(request, "my/identity/show.html", {"rows": _rows(learner)})
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            assert isinstance(request.user, User)
            verify_identity(learner=learner, by=request.user, now=timezone.now(), **_said(form.cleaned_data))
            messages.success(request, _("实名已完成。"))
            return redirect(wanted or "my")
        except IdentityRefused as refusal:
            if refusal.code == IdentityRefusal.ALREADY_VERIFIED:
                return redirect(wanted or "my_identity")
            form.add_error(FIELD_OF.get(refusal.code), refusal.sentence)  # type: ignore[call-overload]
    context = {"form": form, "next": wanted, "notices": _notices(), "live": _live()}
    return render(request, "my/identity/form.html", context, status=200 if request.method == "GET" else 422)


def _form(request: HttpRequest) -> IdentityForm:
    if request.method == "POST":
        return IdentityForm(request.POST)
    return IdentityForm(initial={"kind": DocumentKind.objects.filter(key="resident").first()})


def _live() -> dict[str, Any]:
    """What the page needs to name a slip while one types: which kinds have a check character, and the sentences."""
    checked = [kind for kind, rule in RULES.items() if rule.has_eighteen]
    rows = DocumentKind.objects.filter(key__in=checked).values_list("pk", flat=True)
    return {
        "eighteen": [str(pk) for pk in rows],
        "slips": {str(code): str(sentence) for code, sentence in DocumentRefused.sentences.items()},
    }


def _said(cleaned: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind_key": cleaned["kind"].key,
        "number": cleaned["number"],
        "name": cleaned["name"],
        "education_id": cleaned["education"].pk,
        "category_id": cleaned["category"].pk,
        "district_id": cleaned["district"].pk,
        "consent": cleaned["consent"],
    }


def _notices() -> list[ConsentNotice]:
    """The texts that the tick stands for, in their newest versions."""
    newest = {row.key: row for row in ConsentNotice.objects.filter(key__in=NOTICES).order_by("version")}
    return [newest[key] for key in NOTICES if key in newest]


def _rows(learner: Learner) -> list[dict[str, str]]:
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
