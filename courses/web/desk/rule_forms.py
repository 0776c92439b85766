"""The forms of a change of the rules: every number of the policy under its name, and the commitment's text."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import policy as policies
from courses.models import PolicyVersion
from courses.policy import APPROVAL, CERTIFICATE, CLASS_END, GROUPS, Level

LEVELS = [
    (Level.BLOCK.value, gettext_lazy("拦下")),
    (Level.WARN.value, gettext_lazy("提示")),
    (Level.OFF.value, gettext_lazy("不查")),
]
YES_NO = [("1", gettext_lazy("是")), ("0", gettext_lazy("否"))]
COUNT_DATES = [
    (CLASS_END, gettext_lazy("班次结束日期")),
    (APPROVAL, gettext_lazy("区市批准日期")),
    (CERTIFICATE, gettext_lazy("首次发证日期")),
]


def said(key: str, value: Any) -> str:
    """A value in words, as the difference of two versions shows it."""
    words = dict(LEVELS) if key.startswith("check_") else dict(COUNT_DATES) if key == "count_date" else {}
    if isinstance(value, bool):
        return str(dict(YES_NO)["1" if value else "0"])
    if isinstance(value, dict | list):
        return as_text(value)
    unit = policies.name_of(key).unit
    return str(words.get(value, f"{value} {unit}" if unit else value))


def as_text(value: Any) -> str:
    """A nested number, one part a line; what is within a part stays on its line."""
    if isinstance(value, dict):
        lines = [f"{_dump(key)}: {_dump(part)}" for key, part in value.items()]
        return "{\n  " + ",\n  ".join(lines) + "\n}" if lines else "{}"
    return _dump(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class NestedField(forms.CharField):
    """A nested number as JSON, of the kind that its default has; one without parts is a value like another."""

    def __init__(self, kind: type, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}), **kwargs)
        self.kind, self.empty_values = kind, [None, ""]

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            found = json.loads(text or "")
        except json.JSONDecodeError as error:
            place = {"line": error.lineno, "column": error.colno}
            raise forms.ValidationError(
                _("第 %(line)s 行第 %(column)s 个字附近写错了。请照原来的写法，核对引号、逗号和括号。") % place
            ) from error
        if type(found) is not self.kind:
            raise forms.ValidationError(_("请照原来的写法填，两端的括号不能换。"))
        return found


class RuleForm(forms.Form):
    effective_on = forms.DateField(
        label=gettext_lazy("生效日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    source = forms.CharField(label=gettext_lazy("依据的文件"), max_length=200)
    reason = forms.CharField(label=gettext_lazy("修改的原因"), max_length=200)


class CommitmentForm(RuleForm):
    body = forms.CharField(label=gettext_lazy("承诺书全文"), max_length=5000, widget=forms.Textarea(attrs={"rows": 10}))


class PolicyForm(RuleForm):
    """One field a number. `base` is the version that the fields were filled from: what was not touched is no change."""

    base = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, base: PolicyVersion, asked: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"base": base.number})
        self.held = policies.of_version(base).as_document()
        for key, value in self.held.items():
            self.fields[key] = _field(key, value)
            self.initial[key] = _shown((asked or {}).get(key, value))

    def groups(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """The fields of each group, and whether one of them is wrong or changed, so that the group stands open."""
        left = [key for key in self.held if not any(key in names for _words, names in GROUPS)]
        groups: list[tuple[str, list[str]]] = [(str(words), list(names)) for words, names in GROUPS]
        groups += [(_("其他"), left)] if left else []
        return [
            (words, [self[key] for key in keys], any(key in self.errors or key in self.touched() for key in keys))
            for words, keys in groups
        ]

    def touched(self) -> dict[str, Any]:
        """The values that are not those of the version they were filled from."""
        given = self.cleaned_data if self.is_bound and hasattr(self, "cleaned_data") else {}
        return {key: given[key] for key in self.held if key in given and given[key] != self.held[key]}

    def clean(self) -> dict[str, Any]:
        """Each fault of the whole document stands beside its own field."""
        given = super().clean() or {}
        document = {key: given.get(key, value) for key, value in self.held.items()}
        for fault in policies.faults(document):
            key = str(fault.values["key"]).split(".")[0]
            if key not in self.errors:
                self.add_error(key, fault.sentence)
        return given


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "1" if value else "0"
    return as_text(value) if isinstance(value, dict | list) else value


def _field(key: str, value: Any) -> forms.Field:
    name = policies.name_of(key)
    words: dict[str, Any] = {"label": name.words, "help_text": _hint(key, value)}
    if isinstance(value, bool):
        return forms.TypedChoiceField(choices=YES_NO, coerce=lambda said: said == "1", **words)
    if isinstance(value, int):
        return forms.IntegerField(**words)
    if isinstance(value, dict | list):
        return NestedField(type(value), **words)
    return forms.ChoiceField(choices=COUNT_DATES if key == "count_date" else LEVELS, **words)


def _hint(key: str, value: Any) -> str:
    unit = policies.name_of(key).unit
    if isinstance(value, dict | list):
        return _("按原来的写法修改；代码 %(key)s") % {"key": key}
    if unit:
        return _("单位：%(unit)s；现行 %(value)s") % {"unit": unit, "value": value}
    return _("现行：%(value)s") % {"value": said(key, value)}
