"""Every sheet and file carries number and check code, and whoever holds one finds out what was exported then."""

import csv
import io
import zipfile
from datetime import datetime
from urllib.parse import urlsplit

import pytest
import zxingcpp
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from docx import Document
from PIL import Image
from pytest_django import Settings

from courses import exports
from courses.exports import Ask, Wanted
from courses.exports.checking import Content, address_of, code_of, find
from courses.models import Export, TrainingClass, User
from tests.courses.exports.conftest import read
from tests.factories import people
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _past_the_second_factor(settings: Settings) -> None:
    settings.ENFORCE_SECOND_FACTOR = False


@pytest.fixture
def browser(city: User) -> Client:
    client = Client()
    client.force_login(city, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def taken(city: User, roster: TrainingClass, now: datetime, kind: str) -> exports.Taken:
    return exports.take(by=city, wanted=Wanted("a", kind, {"class": roster.number}, purpose="归档"), now=now)


def whole(one: exports.Taken) -> bytes:
    assert one.file is not None
    with one.file as file:
        return file.read()


def given(city: User, roster: TrainingClass, now: datetime) -> Export:
    one = taken(city, roster, now, "csv")
    whole(one)
    return one.export


def code_in(export: Export) -> str:
    return code_of(number=export.number, content=export.content)


def spaced(code: str) -> str:
    return exports.grouped(code)


def test_workbook_text_and_page_of_the_same_rows_carry_number_and_code(now, city, roster) -> None:
    one = {kind: taken(city, roster, now, kind) for kind in ("xlsx", "csv", "print")}
    assert len({each.export.content for each in one.values()}) == 1
    assert len({code_in(each.export) for each in one.values()}) == 3
    content = whole(one["xlsx"])
    about = dict(read(io.BytesIO(content))["口径"][1:])
    assert (about["导出编号"], about["校验码"]) == (one["xlsx"].export.number, spaced(code_in(one["xlsx"].export)))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheets = [packed.read(name).decode() for name in packed.namelist() if "worksheets/sheet" in name]
        picture = Image.open(io.BytesIO(packed.read("xl/media/image1.png")))
    assert len(sheets) == 2
    export = one["xlsx"].export
    assert all(f"{export.number} 校验 {spaced(code_in(export))}" in sheet for sheet in sheets)
    assert zxingcpp.read_barcode(picture.convert("L")).text == address_of(number=export.number, code=code_in(export))
    lines = list(csv.reader(io.StringIO(whole(one["csv"]).decode("utf-8-sig"))))
    assert lines[-1] == ["校验码", spaced(code_in(one["csv"].export))]
    mark = one["print"].mark
    assert mark is not None
    assert mark.check == code_in(one["print"].export)


def test_the_printed_page_carries_who_when_number_code_and_its_qr(now, city, roster, browser: Client) -> None:
    page = browser.post(reverse("desk_export_form", args=["a"]), {"number": roster.number, "kind": "print"})
    export = Export.objects.get()
    foot = BeautifulSoup(page.content, "lxml").select_one(".sheet-foot")
    assert foot is not None
    assert foot.select_one("svg.sheet-code path") is not None
    said = " ".join(foot.get_text().split())
    assert (export.number in said, spaced(code_in(export)) in said) == (True, True)
    assert escape(city.username) in page.content.decode()


def test_a_letter_carries_them_in_its_header(now, city) -> None:
    batch(rows=[row() for _ in range(2)], now=now)
    wanted = Wanted("monthly", "docx", {"year": 2026, "month": 8})
    letter = exports.take(by=city, wanted=wanted, now=now)
    with letter.file as file:
        header = Document(file).sections[0].header.paragraphs[0].text
    assert f"{letter.export.number} 校验 {spaced(code_in(letter.export))}" in header


def test_lists_of_the_screen_have_a_number_and_a_code_too(now, city, roster) -> None:
    given = exports.take(by=city, wanted=Wanted("classes", "xlsx", {}, at_once=9), now=now)
    about, export = dict(read(given.file)["口径"][1:]), given.export
    assert (about["导出编号"], about["校验码"]) == (export.number, spaced(code_in(export)))


def test_what_was_made_in_the_background_has_the_code_of_what_it_holds(now, city, second, roster) -> None:
    wanted = Wanted("a", "xlsx", {"class": roster.number}, full=True, purpose="核对")
    export = exports.take(by=city, wanted=wanted, now=now).export
    assert export.content == ""
    exports.agree(by=second, export=export, now=now)
    exports.make_due(clock=lambda: now)
    export.refresh_from_db()
    about = dict(read(exports.fetch(by=city, export=export, now=now).file)["口径"][1:])
    assert about["校验码"] == spaced(code_in(export))


def test_a_changed_cell_another_number_or_another_code_is_not_found(now, city, roster) -> None:
    one, other = (given(city, roster, now) for _ in range(2))
    assert find(number=one.number.lower(), code=spaced(code_in(one)).lower()) == one
    changed = Content()
    changed.add(["王小强"])
    for number, code in (
        (one.number, code_in(other)),
        (one.number, code_of(number=one.number, content=changed.digest)),
        (one.number, ""),
        (one.number, "没有"),
        (one.number, code_in(one)[:8]),
        ("DC0", code_in(one)),
    ):
        assert find(number=number, code=code) is None


def test_a_row_more_or_less_gives_another_code(now, city, roster) -> None:
    before = given(city, roster, now).content
    ask = Ask(city, now, {"class": roster.number})
    assert len(list(exports.FORMS["a"].build(ask).sheets[0].rows)) == 1
    roster.enrolments.update(status="withdrawn", decided_at=now)
    assert given(city, roster, now).content != before


def test_an_officer_looks_a_sheet_up_by_its_qr_or_by_hand(now, city, roster, browser: Client) -> None:
    export = taken(city, roster, now, "print").export
    address = address_of(number=export.number, code=code_in(export))
    by_code = browser.get(urlsplit(address).path)
    by_hand = browser.post(reverse("desk_export_check"), {"number": export.number, "code": spaced(code_in(export))})
    for page in (by_code, by_hand):
        text = page.content.decode()
        assert "校验码相符" in text
        assert (export.number in text, roster.number in text, "归档" in text) == (True, True, True)
    wrong = browser.post(reverse("desk_export_check"), {"number": export.number, "code": "0" * 16}).content.decode()
    assert ("没有查到" in wrong, roster.number in wrong) == (True, False)
    assert Export.objects.count() == 1


def test_a_file_is_compared_byte_by_byte(now, city, roster, browser: Client) -> None:
    one = taken(city, roster, now, "csv")
    content = whole(one)
    said = {"number": one.export.number, "code": code_in(one.export)}

    def answer(data: bytes) -> str:
        file = SimpleUploadedFile("名单.csv", data)
        return str(browser.post(reverse("desk_export_check"), {**said, "file": file}).content.decode())

    assert "文件与导出时的一致" in answer(content)
    assert "文件与导出时的不一致" in answer(content.replace(b"=1+1", b"=1+2"))


def test_who_has_no_desk_looks_nothing_up(now, city, roster) -> None:
    export = taken(city, roster, now, "print").export
    learner = people.learner(now=now)
    client = Client()
    client.force_login(learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("desk_export_checked", args=[export.number, code_in(export)])).status_code == 403
