"""500 pages and attachments as an office makes them, a number of somebody planted in half of them: in an odd form, in
an odd place. Every planted number must be found, and what is clean must pass: at most one in a hundred is held back."""

import io
import random
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.races import Arena, Figures

THIS = "tests.drill.gate"
THINGS = 500
ALARMS_MOST = 0.01
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
SPOKEN = str.maketrans("0123456789", "〇一二三四五六七八九")
# How people write a document number of 18; those that a PDF's own typeface can show come first.
PLAIN_FORMS: tuple[Callable[[str], str], ...] = (
    lambda n: n,
    lambda n: f"{n[:6]} {n[6:14]} {n[14:]}",
    lambda n: f"{n[:6]}-{n[6:14]}-{n[14:]}",
    lambda n: f"{n[:6]}.{n[6:10]}.{n[10:]}",
    lambda n: f"No.88{n}",
    " ".join,
    lambda n: f"{n[:11]}\n{n[11:]}",
)
ODD_FORMS: tuple[Callable[[str], str], ...] = (
    lambda n: n.translate(FULL_WIDTH),
    lambda n: f"{n[:6]}–{n[6:14]}–{n[14:]}",
    "\u200b".join,
    lambda n: f"{n[:11]}\r\n{n[11:]}",
    lambda n: n.replace("X", "×"),
    lambda n: f"身份证{n}，请核对",
)
PLAIN_PHONES: tuple[Callable[[str], str], ...] = (
    lambda n: n,
    lambda n: f"{n[:3]} {n[3:7]} {n[7:]}",
    lambda n: f"{n[:3]}-{n[3:7]}-{n[7:]}",
    lambda n: f"+86 {n[:3]} {n[3:7]} {n[7:]}",
    lambda n: f"tel:{n}",
    lambda n: f"{n[:5]} {n[5:]}",
)
ODD_PHONES: tuple[Callable[[str], str], ...] = (
    lambda n: n.translate(FULL_WIDTH),
    lambda n: n.translate(SPOKEN),
    lambda n: n.translate(SPOKEN).replace("一", "幺"),
    lambda n: f"联系王师傅{n}或来电",
)


def run(arena: Arena, *, things: int) -> Figures:
    figures = Figures("gate")
    told = arena.crowd.call(arena.ground.name, f"{THIS}:judge", things=things)
    figures.add(things=things, planted=told["planted"], found=told["planted"] - len(told["missed"]))
    figures.add(clean=told["clean"], alarms=len(told["held"]))
    figures.faults += [f"a number was not found: {one}" for one in told["missed"]]
    if len(told["held"]) > told["clean"] * ALARMS_MOST:
        figures.faults += [f"nothing is wrong with it, and it was held: {one}" for one in told["held"]]
    return figures


def judge(*, things: int) -> dict[str, Any]:
    """The publish gate's own readers, at things of a fixed seed: what they missed, and what they held for nothing."""
    chance = random.Random(20260914)
    told: dict[str, Any] = {"planted": 0, "clean": 0, "missed": [], "held": []}
    makers = list(MAKERS.items())
    for place in range(things):
        name, make = makers[place // 2 % len(makers)]
        plant = place % 2 == 0
        number, text, key = _planted(chance, plain=make is _pdf) if plant else ("", "", "")
        keys = {finding.key: finding.sentence for finding in make(chance, text)}
        if not plant:
            told["clean"] += 1
            told["held"] += [f"{name}: {sentence}" for sentence in list(keys.values())[:1]]
            continue
        told["planted"] += 1
        if key not in keys:
            told["missed"].append(f"{name}: {text!r} ({len(number)} digits)")
    return told


def _planted(chance: random.Random, *, plain: bool) -> tuple[str, str, str]:
    """A number, as somebody wrote it, and the key by which a finding tells it again."""
    from cms.gate.refusal import PURPOSE
    from courses import privacy
    from tests.factories import people

    kind = chance.choice(("document", "document", "phone", "old_document"))
    if kind == "phone":
        number = f"13{chance.randrange(10**9):09d}"
        text = chance.choice(PLAIN_PHONES if plain else PLAIN_PHONES + ODD_PHONES)(number)
    elif kind == "document":
        number = people.resident_number(serial=chance.randrange(1, 999))
        text = chance.choice(PLAIN_FORMS if plain else PLAIN_FORMS + ODD_FORMS)(number)
    else:
        born = f"{chance.randrange(40, 99)}0{chance.randrange(1, 10)}1{chance.randrange(10)}"
        number = f"3706{chance.choice(('02', '12', '81'))}{born}{chance.randrange(1000):03d}"
        text = chance.choice((number, f"{number[:6]} {number[6:12]} {number[12:]}"))
    return number, text, privacy.digest(f"{kind}:{number}", purpose=PURPOSE)


def _clean(chance: random.Random) -> str:
    """A line of a notice with numbers that are nobody's: dates, sums, landlines, file numbers, masks, credit codes."""
    day = date.fromordinal(chance.randrange(date(2020, 1, 1).toordinal(), date(2027, 1, 1).toordinal()))
    return chance.choice(
        (
            f"第 {chance.randrange(1, 99)} 期 {day} 开班，共 {chance.randrange(10, 90)} 人，{_landline(chance)}",
            f"烟人社发〔{day.year}〕{chance.randrange(1, 99)}号，补贴 {chance.randrange(10**4, 10**7):,}.00 元",
            f"证书编号 YT{day.year}{chance.randrange(10**8):08d}，批次 {day:%Y%m%d}{chance.randrange(10**6):06d}",
            f"王*强 37*************{chance.randrange(100):02d}X 138****{chance.randrange(10**4):04d} 合格",
            f"统一社会信用代码 91370600MA3C{chance.randrange(10**6):06d}，热线 12333、400-800-{chance.randrange(10**4):04d}",
            f"账号 6222{chance.randrange(10**15):015d}，流水号 {chance.randrange(1, 10**9):09d}",
        )
    )


def _landline(chance: random.Random) -> str:
    return f"0535-{chance.randrange(10**6, 10**7)}"


def _lines(chance: random.Random) -> list[str]:
    return [_clean(chance) for _line in range(chance.randrange(4, 20))]


def _page(chance: random.Random, text: str) -> Any:
    """An article: in its summary, a paragraph (bare, cut by a tag, in a link), a quotation, a step."""
    from cms import gate
    from cms.models import ArticlePage

    page = ArticlePage(title="结业公示", slug="list", kind="notice", date=date(2026, 9, 14), summary="名单见正文")
    written = "".join(f"<p>{line}</p>" for line in _lines(chance))
    body: list[tuple[str, Any]] = [("heading", "名单"), ("quote", {"text": _clean(chance), "speaker": ""})]
    where = chance.randrange(5) if text else 9
    if where == 0:
        page.summary = f"联系 {text}"
    elif where == 1:
        written += f"<p>{text[:5]}<b>{text[5:]}</b></p>"
    elif where == 2:
        written += f'<p><a href="{text}">点这里</a></p>'
    elif where == 3:
        body.append(("notice", {"tone": "info", "text": text}))
    elif where == 4:
        body.append(("steps", {"steps": [{"title": "报名", "text": text}]}))
    page.body = [*body, ("paragraph", _rich(written))]
    return gate.page_findings(page)


def _rich(html: str) -> Any:
    from wagtail.rich_text import RichText

    return RichText(html)


def _docx(chance: random.Random, text: str) -> Any:
    """In the text, cut into runs, hidden, in the header, a comment, the properties."""
    from tests.cms.gate import papers

    body = "".join(papers.paragraph(line) for line in _lines(chance))
    where = chance.randrange(5) if text else 9
    parts: dict[str, str] = {}
    if where == 0:
        body += papers.paragraph(text[:4], text[4:9], text[9:])
    elif where == 1:
        body += papers.paragraph(text, hidden=True)
    elif where == 2:
        parts["word__header1"] = f"<w:hdr {papers.W}>{papers.paragraph(text)}</w:hdr>"
    elif where == 3:
        parts["word__comments"] = f"<w:comments {papers.W}><w:comment>{papers.paragraph(text)}</w:comment></w:comments>"
    elif where == 4:
        parts["docProps__core"] = f"<coreProperties><subject>{text}</subject></coreProperties>"
    return _found(papers.docx(body, **parts), "通知.docx")


def _xlsx(chance: random.Random, text: str) -> Any:
    """In a cell, a sheet that is hidden or more than that, a hidden row, a comment, the title of a sheet's header."""
    from openpyxl.comments import Comment

    from tests.cms.gate import papers

    where = chance.randrange(6) if text else 9

    def fill(book: Any) -> None:
        sheet = book.active
        for line in _lines(chance):
            sheet.append([line, chance.randrange(100), chance.random() * 1000])
        hidden = book.create_sheet("底稿")
        hidden.append([_clean(chance)])
        hidden.sheet_state = "veryHidden" if where == 2 else "hidden"
        if where == 0:
            sheet.append(["王*强", text])
        elif where in {1, 2}:
            hidden.append([text])
        elif where == 3:
            sheet.append([text])
            sheet.row_dimensions[sheet.max_row].hidden = True
        elif where == 4:
            sheet["A1"].comment = Comment(text, "办公室")
        elif where == 5:
            sheet.oddHeader.center.text = text

    return _found(papers.xlsx(fill), "名册.xlsx")


def _pdf(chance: random.Random, text: str) -> Any:
    """On a page, in a remark, a link, the properties. Its own typeface writes plain letters alone."""
    from tests.cms.gate import papers

    where = chance.randrange(4) if text else 9
    lines = [f"Class {chance.randrange(99)}: 2026-09-{chance.randrange(1, 29):02d}, tel. {_landline(chance)}"]
    lines += [
        f"File {chance.randrange(10**9)} / {chance.randrange(100)} people" for _line in range(chance.randrange(3, 12))
    ]
    pages = ["\n".join(lines), "End"]
    if where == 0:
        pages[1] = text
    draw = {
        1: lambda file: file.text_annotation(20, 20, text),
        2: lambda file: file.link(20, 20, 50, 10, f"https://example.com/{text}"),
    }.get(where)
    properties = {"title": text} if where == 3 else {}
    return _found(papers.pdf(*pages, draw=draw, **properties), "文件.pdf")


def _csv(chance: random.Random, text: str) -> Any:
    """In a cell, quoted or not, in either of the encodings that offices save."""
    import csv

    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows([line, chance.randrange(100)] for line in _lines(chance))
    if text:
        writer.writerow(["王*强", text, chance.randrange(100)])
    encoding = "utf-8-sig" if "\u200b" in text or "–" in text or chance.random() < 0.5 else "gb18030"
    return _found(buffer.getvalue().encode(encoding), "名单.csv")


def _found(content: bytes, name: str) -> Any:
    from cms import gate

    return gate.file_findings(io.BytesIO(content), name=name)


MAKERS: dict[str, Callable[[random.Random, str], Any]] = {
    "page": _page,
    "docx": _docx,
    "xlsx": _xlsx,
    "pdf": _pdf,
    "csv": _csv,
}
