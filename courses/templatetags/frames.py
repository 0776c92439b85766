"""Pieces that stand around other pieces: a table in its own scroll, a bar of filters, a native dialog."""

from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def scroll_table(content: str, caption: str, classes: str = "", show_caption: bool = False) -> str:
    """`{% scroll_table caption="…" %}<thead>…<tbody>…{% endscroll_table %}`: scrolls inside itself on phones."""
    values = {"content": content, "caption": caption, "classes": classes, "show_caption": show_caption}
    return render_to_string("components/table.html", values)


@register.simple_block_tag
def filter_bar(content: str, action: str = "", clear: str = "") -> str:
    """A GET form in one row; works without scripts. `clear` is the address that shows everything again."""
    return render_to_string("components/filter_bar.html", {"content": content, "action": action, "clear": clear})


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> str:  # noqa: A002  it is the element's id
    """A native <dialog>, opened by a button with data-opens="<id>" (static/js/dialog.js)."""
    return render_to_string("components/dialog.html", {"content": content, "id": id, "title": title})


@register.simple_tag
def field_input(
    field: BoundField,
    hint: str = "",
    width: str = "",
    autocomplete: str = "",
    inputmode: str = "",
    kind: str = "",
) -> SafeString:
    """The control of a bound field with its description, error state, width class (s, m, l) and keyboard hints."""
    sized = f"input-{width}" if width else ""
    attributes = {"class": " ".join(name for name in ("input", sized, kind and f"input-{kind}") if name)}
    name = field.id_for_label
    described = [f"{name}-hint"] if hint or field.help_text else []
    described += [f"{name}-error"] if field.errors else []
    attributes["aria-describedby"] = " ".join(described)
    attributes["aria-invalid"] = "true" if field.errors else ""
    attributes["autocomplete"] = autocomplete
    attributes["inputmode"] = inputmode
    return field.as_widget(attrs={key: value for key, value in attributes.items() if value})


@register.simple_tag
def pager_numbers(page: Page[Any]) -> list[int | None]:
    """The page numbers to offer: both ends, the present one and its neighbours, None where numbers are left out."""
    return [
        number if isinstance(number, int) else None
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
