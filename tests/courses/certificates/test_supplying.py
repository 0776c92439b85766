"""A character that the typeface lacks is supplied by two people, and then stands on paper and page like any other."""

import io
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from courses import certificates
from courses.certificates import CertificateRefused, SupplyRefusal, SupplyRefused, supplying, typeface
from courses.models import AuditEvent, Completion, SuppliedGlyph
from courses.templatetags.paper import certificate_sheet
from tests.courses.web.desk.conftest import soup, words
from tests.factories import people
from tests.factories.certificates import approved

pytestmark = pytest.mark.django_db
LACKED = "\U0002b740"


@pytest.fixture(autouse=True)
def _own_characters_alone() -> Iterator[None]:
    yield
    typeface.use({})


def font(character: str = LACKED, *, em: int = 2000) -> bytes:
    """A square, as wide as three quarters of its height."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, em), (em // 2, em), (em // 2, 0)):
        pen.lineTo(point)
    pen.closePath()
    made = FontBuilder(em, isTTF=True)
    made.setupGlyphOrder([".notdef", "one"])
    made.setupCharacterMap({ord(character): "one"})
    made.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "one": pen.glyph()})
    made.setupHorizontalMetrics({".notdef": (em, 0), "one": (em * 3 // 4, 0)})
    made.setupHorizontalHeader(ascent=em, descent=0)
    made.setupNameTable({"familyName": "Rare", "styleName": "Regular", "fullName": "Rare Regular"})
    made.setupPost()
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def supplied(now: datetime) -> SuppliedGlyph:
    return supplying.supply(by=people.user(), character=LACKED, content=font(), now=now)


def refusal(deed: Callable[[], object]) -> object:
    with pytest.raises(SupplyRefused) as refused, transaction.atomic():
        deed()
    return refused.value.code


def holder(now: datetime) -> Completion:
    return approved(now=now, learner=people.learner(now=now, name=f"王{LACKED}"))


def test_who_got_none_gets_a_certificate_once_a_second_person_has_looked_at_the_drawing(now: datetime) -> None:
    done, made = holder(now), supplied(now)
    with pytest.raises(CertificateRefused):
        certificates.issue(by=people.user(), completion=done, now=now)
    supplying.confirm(by=people.user(), glyph=made, now=now)
    issued = certificates.issue(by=people.user(), completion=done, now=now)
    assert issued.snapshot["name"] == f"王{LACKED}"
    paper = certificates.draw(issued)
    assert paper == certificates.draw(issued)
    sheet = certificate_sheet(issued)
    assert f'aria-label="王{LACKED}"' in sheet
    assert f">王{LACKED}<" not in sheet
    verbs = AuditEvent.objects.filter(target=made.number).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["glyph_supplied", "glyph_held"]


def test_the_paper_takes_the_supplied_character_along_in_its_own_width(now: datetime) -> None:
    supplying.confirm(by=people.user(), glyph=supplied(now), now=now)
    supplying.load_for([LACKED])
    assert typeface.missing([f"王{LACKED}"]) == []
    assert typeface.width(LACKED, size=100) == pytest.approx(typeface.width("王", size=100) * 0.75)
    taken = TTFont(io.BytesIO(typeface.part(f"王{LACKED}")))
    name = taken.getBestCmap()[ord(LACKED)]
    glyph = taken["glyf"][name]
    assert (taken["hmtx"][name][0], glyph.xMax, glyph.yMax) == (750, 500, 1000)


def test_nobody_supplies_alone_twice_or_what_is_there(now: datetime) -> None:
    by = people.user()

    def supply(character: str, content: bytes) -> SuppliedGlyph:
        return supplying.supply(by=by, character=character, content=content, now=now)

    assert refusal(lambda: supply("王强", font())) == SupplyRefusal.ONE_CHARACTER
    assert refusal(lambda: supply("王", font("王"))) == SupplyRefusal.IS_THERE
    assert refusal(lambda: supply(LACKED, font("王"))) == SupplyRefusal.NOT_IN_IT
    assert refusal(lambda: supply(LACKED, b"%PDF-1.7 no font")) == SupplyRefusal.NO_FONT
    assert refusal(lambda: supply(LACKED, b"\0" * (supplying.FILE_BYTES + 1))) == SupplyRefusal.TOO_BIG
    made = supply(LACKED, font())
    assert refusal(lambda: supply(LACKED, font())) == SupplyRefusal.ALREADY
    assert refusal(lambda: supplying.confirm(by=by, glyph=made, now=now)) == SupplyRefusal.SAME_PERSON
    with pytest.raises(IntegrityError), transaction.atomic():
        SuppliedGlyph.objects.filter(pk=made.pk).update(status="held", decided_by=by, decided_at=now)
    supplying.leave_out(by=by, glyph=made, now=now)
    assert refusal(lambda: supplying.confirm(by=people.user(), glyph=made, now=now)) == SupplyRefusal.DECIDED
    assert supply(LACKED, font()).status == "asked"


def test_two_of_the_city_do_it_on_a_page_and_a_district_does_not(now: datetime, settings: object) -> None:
    settings.ENFORCE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    browsers = []
    for username in ("city-1", "city-2"):
        browser = Client()
        backend = "allauth.account.auth_backends.AuthenticationBackend"
        browser.force_login(people.staff(role="city", now=now, username=username), backend=backend)
        browsers.append(browser)
    first, second = browsers
    address = reverse("desk_glyphs")
    file = SimpleUploadedFile("rare.ttf", font())
    answer = first.post(address, {"character": LACKED, "file": file}, follow=True)
    assert "已提交，等另一人核对字形" in words(answer)
    assert "须他人核对字形" in words(answer)
    made = SuppliedGlyph.objects.get()
    decide = reverse("desk_glyph_decide", args=[made.number])
    assert "未改动。请交他人办理" in words(first.post(decide, {"decision": "confirm"}, follow=True))
    page = second.get(address)
    assert soup(page).select_one("svg.glyph path") is not None
    assert "已采用" in words(second.post(decide, {"decision": "confirm"}, follow=True))
    again = second.post(address, {"character": "王", "file": SimpleUploadedFile("rare.ttf", font())})
    assert (again.status_code, "不用补" in words(again)) == (422, True)
