"""The questions of 实名, one form each: what is asked, what stands in it before, and the domain call that keeps it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from courses.models import ConsentNotice, DocumentKind, Learner
from courses.people import identity
from courses.people.consents import newest_notices
from courses.people.identity import LISTS, IdentityAnswers, IdentityStep
from courses.people.learners import DOCUMENT_NOTICE, REGISTRATION_NOTICE

TITLES: dict[IdentityStep, str | Promise] = {
    IdentityStep.CONSENT: gettext_lazy("先看两份告知"),
    IdentityStep.NAME: gettext_lazy("您的姓名是什么？"),
    IdentityStep.DOCUMENT: gettext_lazy("您用哪种证件，号码是多少？"),
    IdentityStep.DISTRICT: gettext_lazy("您常住哪个区市？"),
    IdentityStep.EDUCATION: gettext_lazy("您的文化程度是什么？"),
    IdentityStep.CATEGORY: gettext_lazy("您现在属于哪一类人员？"),
}
LABELS: dict[IdentityStep, str | Promise] = {
    IdentityStep.DISTRICT: gettext_lazy("常住区市"),
    IdentityStep.EDUCATION: gettext_lazy("文化程度"),
    IdentityStep.CATEGORY: gettext_lazy("人员类别"),
}
HINTS: dict[IdentityStep, str | Promise] = {
    IdentityStep.DISTRICT: gettext_lazy("现在住的地方，不是户口所在地"),
    IdentityStep.EDUCATION: gettext_lazy("选已经毕业的最高一级"),
    IdentityStep.CATEGORY: gettext_lazy("按现在的情况选一项。不清楚的，选「其他城乡劳动者」"),
}
USUAL_KIND = "resident"
TICKS = {REGISTRATION_NOTICE: "consent", DOCUMENT_NOTICE: "document"}
CHOOSE = {"required": gettext_lazy("请选择一项"), "invalid_choice": gettext_lazy("请从列表中选择")}


class StepForm(forms.Form):
    """`page` is the template, `asked` the field at which a refusal is shown."""

    page = "my/identity/step.html"
    asked = "answer"

    @property
    def status(self) -> int:
        return 422 if self.errors else 200

    def keep(self, *, learner: Learner, now: datetime) -> None:
        raise AssertionError("each question keeps its own answer")


class ConsentForm(StepForm):
    page = "my/identity/consent.html"
    asked = "consent"
    consent = forms.BooleanField(
        label=gettext_lazy("我已阅读这份告知，同意处理我的个人信息"),
        error_messages={"required": gettext_lazy("请先阅读个人信息处理告知，再勾选同意")},
    )
    document = forms.BooleanField(
        label=gettext_lazy("我单独同意使用我的证件号码"),
        help_text=gettext_lazy("证件号码是敏感个人信息，所以单独问您"),
        error_messages={
            "required": gettext_lazy(
                "使用证件号码需要您单独同意。不同意就不能实名和报名，仍可查看课程；有疑问请致电咨询电话"
            )
        },
    )

    def pairs(self) -> list[tuple[ConsentNotice | None, forms.BoundField]]:
        """Each text with the tick that stands for it, and for no other."""
        texts = {notice.key: notice for notice in newest_notices()}
        return [(texts.get(key), self[name]) for key, name in TICKS.items()]

    def keep(self, *, learner: Learner, now: datetime) -> None:
        said = self.cleaned_data
        identity.agree(learner=learner, consent=said["consent"], document=said["document"], now=now)


class NameForm(StepForm):
    page = "my/identity/name.html"
    asked = "name"
    name = forms.CharField(
        label=gettext_lazy("姓名"),
        max_length=60,
        help_text=gettext_lazy("与证件上的写法一致"),
        error_messages={"required": gettext_lazy("请填写证件上的姓名")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def keep(self, *, learner: Learner, now: datetime) -> None:
        identity.answer_name(learner=learner, name=self.cleaned_data["name"], now=now)


class DocumentForm(StepForm):
    """Type and number, one question: the number is read by its type."""

    page = "my/identity/document.html"
    asked = "number"
    kind = forms.ModelChoiceField(
        queryset=DocumentKind.objects.all(),
        to_field_name="key",
        label=gettext_lazy("证件类型"),
        empty_label=gettext_lazy("请选择"),
        error_messages=CHOOSE,
    )
    number = forms.CharField(
        label=gettext_lazy("证件号码"),
        max_length=40,
        help_text=gettext_lazy("加密保存，页面上只显示前 2 位和后 3 位。末位是 X 的，大小写都可以"),
        error_messages={"required": gettext_lazy("请填写证件号码")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def keep(self, *, learner: Learner, now: datetime) -> None:
        said = self.cleaned_data
        identity.answer_document(learner=learner, kind_key=said["kind"].key, number=said["number"], now=now)


class ChoiceForm(StepForm):
    """One of a reference list."""

    answer = forms.ChoiceField(error_messages=CHOOSE, widget=forms.RadioSelect)

    def __init__(self, *args: Any, step: IdentityStep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step = step
        rows = LISTS[step]._default_manager.all()
        asked: Any = self.fields["answer"]
        asked.choices = [(row.key, row.label) for row in rows]
        asked.label, asked.help_text = LABELS[step], HINTS[step]

    def keep(self, *, learner: Learner, now: datetime) -> None:
        identity.answer_choice(learner=learner, step=self.step, key=self.cleaned_data["answer"], now=now)


def form_of(step: IdentityStep, answers: IdentityAnswers, data: Mapping[str, Any] | None) -> StepForm:
    """The form of a question, with what was answered before. A number is not sent back to the page."""
    if step == IdentityStep.CONSENT:
        return ConsentForm(data, initial=dict.fromkeys(TICKS.values(), answers.consent is not None))
    if step == IdentityStep.NAME:
        return NameForm(data, initial={"name": answers.name})
    if step == IdentityStep.DOCUMENT:
        return DocumentForm(data, initial={"kind": answers.kind or USUAL_KIND})
    return ChoiceForm(data, step=step, initial={"answer": getattr(answers, step)})
