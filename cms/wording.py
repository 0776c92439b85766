"""Words that public pages print beside a page's own: names of lists, who may take a course, addresses, official fields.

They go out when they are saved, without a review of their own. So two things stand before them. The gate reads every
word of such a form, and a form that would give somebody away is not saved. And who saves one is a reviewer
(`cms.editors.grant`): to keep each list in drafts of its own would make a second workflow beside that of the pages,
for words that change a few times in a year.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from cms import gate


class PublicWords:
    """A form over such words. Refused with the place and the masked number, beside the field; nothing is saved."""

    def clean(self) -> dict[str, Any]:
        words: dict[str, Any] = super().clean()  # type: ignore[misc]
        for name, text in [(name, value) for name, value in words.items() if isinstance(value, str)]:
            found = gate.text_findings(text, place=str(self.fields[name].label))  # type: ignore[attr-defined]
            if found:
                self.add_error(name, _refusal(found))  # type: ignore[attr-defined]
        return words


class PublicWordsForm(PublicWords, WagtailAdminModelForm):
    pass


def _refusal(found: tuple[gate.Finding, ...]) -> ValidationError:
    what = _("没有保存：公开页面会直接显示这里的文字，里面有完整的证件号码或手机号码。请去掉，或改写成固定电话。")
    return ValidationError([what, *(finding.sentence for finding in found)])
