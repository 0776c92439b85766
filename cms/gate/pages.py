"""What a page would show: every text in every field, and every file that it links to or shows."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from wagtail.blocks import ListBlock, StreamBlock, StructBlock
from wagtail.documents.models import AbstractDocument, Document
from wagtail.fields import RichTextField, StreamField
from wagtail.images.models import AbstractImage
from wagtail.models import Page
from wagtail.rich_text import RichText

from cms.gate.files import read_file
from cms.gate.markup import Markup
from cms.gate.refusal import FileSlip, Passage

# Written by programs from the other fields; never read by a visitor.
NOT_SHOWN = frozenset({"path", "url_path", "draft_title", "search_text"})


def page_passages(page: Page) -> Iterator[Passage]:
    """Every text of a page as it stands in memory: a revision is asked before it goes out, not afterwards."""
    for field in page._meta.concrete_fields:
        if field.name in NOT_SHOWN:
            continue
        label = str(field.verbose_name)
        if isinstance(field, StreamField):
            stream = getattr(page, field.name)
            yield from (passage.inside(label) for passage in _block(stream.stream_block, stream))
        elif isinstance(field, RichTextField):
            yield from (passage.inside(label) for passage in _rich(getattr(page, field.name) or ""))
        elif isinstance(field, models.CharField | models.TextField):
            yield Passage(label, getattr(page, field.name) or "")
        elif isinstance(field, models.ForeignKey) and _is_shown(page, field):
            yield from (passage.inside(label) for passage in _related(getattr(page, field.name)))


def _is_shown(page: Page, field: models.ForeignKey[Any, Any]) -> bool:
    is_file = issubclass(field.related_model, AbstractDocument | AbstractImage)
    return is_file or field.name in getattr(page, "shown_relations", ())


def _related(row: models.Model | None) -> Iterator[Passage]:
    if row is None:
        return
    if isinstance(row, AbstractDocument | AbstractImage):
        yield from attachment_passages(row)
        return
    for field in row._meta.concrete_fields:
        if isinstance(field, models.CharField | models.TextField) and field.name not in NOT_SHOWN:
            yield Passage(str(field.verbose_name), str(getattr(row, field.name) or ""))


def _block(block: Any, value: Any) -> Iterator[Passage]:
    """The texts of one block and of what it holds, told by the labels that the editor sees."""
    if isinstance(block, StreamBlock):
        for number, child in enumerate(value, 1):
            place = _("第 %(number)d 块「%(label)s」") % {"number": number, "label": child.block.label}
            yield from (passage.inside(place) for passage in _block(child.block, child.value))
    elif isinstance(block, StructBlock):
        for name, child in block.child_blocks.items():
            yield from (passage.inside(str(child.label)) for passage in _block(child, value.get(name)))
    elif isinstance(block, ListBlock):
        for number, item in enumerate(value, 1):
            place = _("第 %(number)d 项") % {"number": number}
            yield from (passage.inside(place) for passage in _block(block.child_block, item))
    elif isinstance(value, RichText):
        yield from _rich(value.source)
    elif isinstance(value, AbstractDocument | AbstractImage):
        yield from attachment_passages(value)
    elif value is not None:
        yield Passage("", str(value))


def _rich(html: str) -> Iterator[Passage]:
    markup = Markup(html)
    yield Passage("", markup.text)
    yield from (Passage(_("链接或隐藏文字"), text) for text in markup.asides)
    for document in Document.objects.filter(pk__in=markup.documents):
        yield from attachment_passages(document)


def attachment_passages(row: AbstractDocument | AbstractImage) -> Iterator[Passage]:
    """Title, file name, description and content of a document or picture."""
    place = _("附件「%(title)s」") % {"title": row.title}
    for text in (row.title, row.file.name.rpartition("/")[2], getattr(row, "description", "")):
        yield Passage(place, text)
    try:
        with row.file.storage.open(row.file.name, "rb") as stream:
            yield from (passage.inside(place) for passage in read_file(stream, name=row.file.name))
    except OSError:
        yield Passage(place, slip=FileSlip.MISSING)
