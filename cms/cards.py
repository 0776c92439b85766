"""A found course as a row of the list."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.catalogue import Listed, Soonest
from courses.dates import speaks_english
from courses.templatetags.words import day_words, han, nb

# Rows as format strings: twenty of them with ten values each are most of what the list costs as a template loop.
COURSE = """<li><div class="c-name"><h2 class="h3"><a href="{url}">{name}</a></h2>
<p class="quiet small">{labels}</p>{lead}</div>
<p class="c-hours"><b>{hours}</b> {hours_word}</p>
"""
OPENING = """<div class="c-next"><p><b>{starts}</b></p><p class="quiet small">{place}</p>{more}</div>
<p class="c-seats {tone}"><b>{seats}</b><span>{detail}</span></p></li>
"""
NO_OPENING = """<p class="c-next quiet">{none}</p></li>
"""
LEAD = "<p>{lead}</p>"
MORE = '<p class="quiet small">{more}</p>'
NOTHING = SafeString("")


@dataclass(frozen=True)
class Words:
    """What every row says: asked of the catalogue once a page, not once a row."""

    english: bool
    comma: str
    hours: str
    none: str
    starts: str
    total: str
    reviewed: str

    @classmethod
    def now(cls) -> "Words":
        return cls(
            english=speaks_english(),
            comma=_("，"),
            hours=_("学时"),
            none=_("暂时没有可报的班"),
            starts=_("%(day)s 开班"),
            total=_("共 %(total)s 席"),
            reviewed=_("共 %(total)s 席，审核录取"),
        )


def rows(
    courses: Iterable[Listed], *, labels: dict[str, dict[int, str]], pages: dict[int, tuple[str, str]]
) -> list[SafeString]:
    """`labels`: list → id → name; `pages`: course → address and lead of its page."""
    words = Words.now()
    return [
        _row(
            course,
            words=words,
            brand=labels["brand"].get(course.brand_id or 0, ""),
            kind=labels["kind"].get(course.kind_id, ""),
            district=labels["district"][course.soonest.district_id] if course.soonest else "",
            page=pages.get(course.pk),
        )
        for course in courses
    ]


@lru_cache(maxsize=1024)
def _row(
    course: Listed, *, words: Words, brand: str, kind: str, district: str, page: tuple[str, str] | None
) -> SafeString:
    """Drawn from what it is given and nothing else: of the same facts, seats among them, the same row."""
    url, lead = page or (reverse("course", args=[course.number]), "")
    facts = {
        "url": url,
        "name": nb(course.name_en if words.english else course.name),
        "labels": words.comma.join(filter(None, [brand, kind])),
        "lead": _filled(LEAD, lead=han(lead)) if lead else NOTHING,
        "hours": course.hours,
        "hours_word": words.hours,
    }
    if course.soonest is None:
        return _filled(COURSE + NO_OPENING, **facts, none=words.none)
    opening = _opening(course.soonest, words=words, district=district, more=course.openings - 1)
    return _filled(COURSE + OPENING, **facts, **opening)


def _opening(soonest: Soonest, *, words: Words, district: str, more: int) -> dict[str, str]:
    seats = soonest.seats
    others = more and ngettext("另有 %(more)s 个班", "另有 %(more)s 个班", more) % {"more": more}
    return {
        "starts": words.starts % {"day": day_words(soonest.starts_on)},
        "place": SafeString(words.comma.join(filter(None, [han(district), han(soonest.venue_name)]))),
        "more": _filled(MORE, more=others) if others else NOTHING,
        "tone": seats.tone.value,
        "seats": seats.short,
        "detail": seats.queue or (words.reviewed if seats.reviewed else words.total) % {"total": seats.total},
    }


def _filled(form: str, **values: object) -> SafeString:
    """What `format_html` gives, for values that are never lazy: it asks each, and a row has ten."""
    return SafeString(
        form.format_map(
            {name: value if isinstance(value, SafeString) else escape(str(value)) for name, value in values.items()}
        )
    )
