"""Files are asked at the door: one that gives a person away is refused and never gets an address."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from cms import gate
from cms.gate import Finding
from cms.gate.refusal import FileSlip

SHOWN_MAX = 5


class Gated:
    """A form over a file and its words. A page of a scan without text passes here; the reviewer sees it before it is
    linked from a page."""

    cleaned_data: dict[str, Any]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" in self.changed_data:  # type: ignore[attr-defined]
            _refuse(f for f in gate.file_findings(file, name=file.name) if f.slip != FileSlip.PICTURE)
            file.seek(0)
        return file

    def clean_title(self) -> str:
        return self._words("title")

    def clean_description(self) -> str:
        return self._words("description")

    def _words(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        _refuse(gate.text_findings(text, place=str(self.fields[name].label)))  # type: ignore[attr-defined]
        return text


def _refuse(findings: Iterable[Finding]) -> None:
    found = list(findings)
    if not found:
        return
    more = _("另有 %(count)d 处。") % {"count": len(found) - SHOWN_MAX} if len(found) > SHOWN_MAX else ""
    raise ValidationError(
        [
            _("没有上传：文件里有完整的证件号码、手机号码，或有读不出来的部分。请遮去中间几位再上传。"),
            *(finding.sentence for finding in found[:SHOWN_MAX]),
            *([more] if more else []),
        ]
    )


class DocumentForm(Gated, BaseDocumentForm):
    pass


class ImageForm(Gated, BaseImageForm):
    pass
