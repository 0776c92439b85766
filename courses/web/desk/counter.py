"""窗口报名: enter somebody who stands at the counter, read out what will happen, press once."""

from enum import StrEnum
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from courses import enrolment, policy, privacy
from courses.access import Permission
from courses.enrolment import CounterRefusal, Outlook, Told
from courses.models import (
    CounterEntry,
    District,
    DocumentKind,
    EducationLevel,
    Enrolment,
    LearnerCategory,
    TrainingClass,
)
from courses.people import consents
from courses.people.learners import IdentityRefusal
from courses.people.phones import PhoneSlip
from courses.refusals import Refused
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow

Status = Enrolment.Status
FIELD_OF: dict[StrEnum, str] = {
    IdentityRefusal.NAME_MISSING: "name",
    IdentityRefusal.NAME_DIFFERS: "name",
    IdentityRefusal.DOCUMENT_INVALID: "number",
    IdentityRefusal.UNDER_AGE: "number",
    IdentityRefusal.CONSENT_MISSING: "consent",
    CounterRefusal.ALREADY_ENROLLED: "number",
    CounterRefusal.UNKNOWN_CATEGORY: "category",
    **dict.fromkeys(PhoneSlip, "phone"),
}
# What happens on confirming, and what is on record afterwards.
AHEAD: dict[str, str | Promise] = {
    Status.ADMITTED: gettext_lazy("确认后直接录取。"),
    Status.APPLIED: gettext_lazy("确认后占一个名额，等机构审核。"),
    Status.CANDIDATE: gettext_lazy("确认后参加评选，按结果录取。项目材料由本人另交，没有手机的在回执页代交。"),
    Status.WAITLISTED: gettext_lazy("名额已满，确认后进入候补，排在第 %(place)s 位。"),
}


def listed(model: Any, label: Any, help_text: Any = "") -> "forms.ModelChoiceField[Any]":
    """A choice from a reference list, by its keys."""
    return forms.ModelChoiceField(
        queryset=model.objects.all(),
        label=label,
        help_text=help_text,
        to_field_name="key",
        empty_label=gettext_lazy("请选择"),
        error_messages={"required": gettext_lazy("请选择一项"), "invalid_choice": gettext_lazy("请从列表中选择")},
    )


class PersonForm(forms.Form):
    """Somebody whom staff enter: who they are, and what they say of themselves."""

    name = forms.CharField(
        label=gettext_lazy("姓名"),
        max_length=60,
        help_text=gettext_lazy("与证件上的写法一致"),
        error_messages={"required": gettext_lazy("请填写证件上的姓名")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = listed(DocumentKind, gettext_lazy("证件类型"))
    number = forms.CharField(
        label=gettext_lazy("证件号码"),
        max_length=40,
        help_text=gettext_lazy("加密保存，之后只显示前 2 位和后 3 位"),
        error_messages={"required": gettext_lazy("请填写证件号码")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("没有手机就不填，回执和学员卡打印给本人"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    category = listed(LearnerCategory, gettext_lazy("人员类别"), gettext_lazy("按现在的情况选一项"))
    education = listed(EducationLevel, gettext_lazy("文化程度"))
    district = listed(District, gettext_lazy("常住区市"))


class CounterForm(PersonForm):
    graduates_on = forms.DateField(
        label=gettext_lazy("毕业日期"),
        required=False,
        help_text=gettext_lazy("只有在校学生要填"),
        error_messages={"invalid": gettext_lazy("请按年月日填写")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    declared = forms.MultipleChoiceField(
        label=gettext_lazy("本人当面确认的参加条件"), required=False, widget=forms.CheckboxSelectMultiple
    )
    consent = forms.BooleanField(
        label=gettext_lazy("本人已在两份告知书上分别签名，我在场"),
        error_messages={"required": gettext_lazy("请先让本人阅读两份告知书并分别签名，再勾选")},
    )
    truth = forms.BooleanField(
        label=gettext_lazy("本人当面确认：所报情况属实，材料真实"),
        error_messages={"required": gettext_lazy("请先请本人确认所报情况属实，再勾选")},
    )

    def __init__(self, *args: Any, training_class: TrainingClass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = policy.of_class(training_class=training_class, on=policy.local_date(timezone.now()))
        criteria = enrolment.criteria_of(kind=training_class.kind_key, policy=held)
        if criteria:
            self.fields["declared"].choices = criteria  # type: ignore[attr-defined]
        else:
            del self.fields["declared"]
        self.vouched = consents.newest(key=consents.TRUTH)
        if self.vouched is None:
            del self.fields["truth"]

    @property
    def told(self) -> Told:
        said = self.cleaned_data
        return Told(
            document_kind=said["kind"].key,
            document_number=said["number"],
            name=said["name"],
            category=said["category"].key,
            education=said["education"].key,
            district=said["district"].key,
            consent=said["consent"],
            phone=said["phone"],
            graduates_on=said["graduates_on"],
            declared=tuple(said.get("declared", ())),
            truth=self.vouched.version if self.vouched else "",
        )


@never_cache
@sensitive_post_parameters("name", "number", "phone")
@require_http_methods(["GET", "POST"])
@allow(Permission.ENROL_AT_COUNTER)
def desk_counter(request: HttpRequest, number: str) -> HttpResponse:
    """The form; what could be confirmed now leads to the page that says what will happen."""
    training_class = fetch(request, number, Permission.ENROL_AT_COUNTER)
    first = DocumentKind.objects.filter(key="resident").first()
    data = request.POST if request.method == "POST" else None
    form = CounterForm(data, training_class=training_class, initial={"kind": first})
    if request.method == "POST" and form.is_valid():
        try:
            entry = enrolment.begin(
                told=form.told, training_class=training_class, by=officer(request), now=timezone.now()
            )
            return redirect("desk_counter_confirm", training_class.number, entry.number)
        except Refused as refusal:
            form.add_error(FIELD_OF.get(refusal.code), refusal.sentence)
    context = {
        "training_class": training_class,
        "form": form,
        "open": training_class.status == TrainingClass.Status.ENROLLING,
        "notices": [*consents.newest_notices(), *([form.vouched] if form.vouched else [])],
        "crumbs": crumbs(training_class),
        "here": _("窗口报名"),
    }
    return show(request, "desk/counter/form.html", context, here="desk_classes", status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@allow(Permission.ENROL_AT_COUNTER)
def desk_counter_confirm(request: HttpRequest, number: str, entry_number: str) -> HttpResponse:
    """What will happen, before it does. Only who entered it sees it; once done, the address leads to the receipt."""
    training_class = fetch(request, number, Permission.ENROL_AT_COUNTER)
    own = CounterEntry.objects.filter(training_class=training_class, by=officer(request))
    entry = get_object_or_404(own.select_related("enrolment", "training_class__course"), number=entry_number)
    if entry.enrolment is not None:
        return redirect("desk_receipt", training_class.number, entry.enrolment.number)
    now, sentence = timezone.now(), ""
    if request.method == "POST":
        try:
            said = request.POST.get("acknowledged") == "on"
            made = enrolment.confirm(entry=entry, acknowledged=said, by=officer(request), now=now)
            return redirect("desk_receipt", training_class.number, made.number)
        except Refused as refusal:
            sentence = refusal.sentence
    try:
        ahead = enrolment.outlook(entry=entry, now=now)
    except Refused as refusal:
        ahead, sentence = None, refusal.sentence
    context = {
        "training_class": training_class,
        "ahead": ahead,
        "rows": _rows(ahead) if ahead else [],
        "words": AHEAD[ahead.status] % {"place": ahead.place} if ahead else "",
        "sentence": sentence,
        "crumbs": [*crumbs(training_class), (_("窗口报名"), reverse("desk_counter", args=[training_class.number]))],
        "here": _("核对"),
    }
    return show(request, "desk/counter/confirm.html", context, here="desk_classes", status=422 if sentence else 200)


def _rows(ahead: Outlook) -> list[dict[str, str]]:
    """As entered, the numbers masked; of a known person's record nothing but what a message will need."""
    told = ahead.told
    kind = DocumentKind.objects.filter(key=told.document_kind).first()
    category = LearnerCategory.objects.filter(key=told.category).first()
    if kind is None or category is None:
        raise BadRequest
    return [
        {"label": _("姓名"), "value": told.name},
        {"label": kind.label, "value": privacy.mask_id(told.document_number.strip().upper())},
        {"label": _("人员类别"), "value": category.label},
        {
            "label": _("通知"),
            "value": privacy.mask_phone(ahead.phone) or _("没有手机号，不发短信，凭打印的回执"),
            "note": _phone_note(ahead),
        },
        {"label": _("登记情况"), "value": _("已有学员记录，沿用") if ahead.known else _("新登记，不开通账号")},
    ]


def _phone_note(ahead: Outlook) -> str:
    """What becomes of a phone that is not the one on record."""
    if ahead.corrects:
        return _("与登记的不同。确认后更正为这个号码，原号码不再收到通知")
    return _("与填写的不同。本人有账号，仍用登记的号码，由本人登录后在报名时自己改") if ahead.keeps else ""


def crumbs(training_class: TrainingClass) -> list[tuple[str, str]]:
    return [
        (_("班次"), reverse("desk_classes")),
        (training_class.number, reverse("desk_class", args=[training_class.number])),
    ]
