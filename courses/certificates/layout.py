"""Where each text of a certificate stands on the A4 sheet, in millimetres and points; one layout for PDF and page.

Long names and courses shrink, then take another line; nothing is cut off. The words are those of the paper and have one
language, whoever prints it.
"""

from dataclasses import dataclass
from datetime import date

from courses.certificates.snapshot import Snapshot, grouped
from courses.certificates.typeface import MM_PER_POINT, width

PAGE_WIDTH, PAGE_HEIGHT = 297.0, 210.0
LEFT, RIGHT = 19.0, 233.0
MEASURE = RIGHT - LEFT
RULE_X, TITLE_X = 241.0, 264.0
# Down to the seal.
TITLE_LENGTH = 122.0
CODE_SIDE = 38.0
CODE_TOP = 137.0
# No line begins with the first, none ends with the second.
CLOSING, OPENING = set("，。、；：）」』》！？·"), set("（「『《")


class LayoutRefused(ValueError):
    """A field that the sheet has no room for, at the smallest size that can be read."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Line:
    """One line of text by its baseline; `size` in points, `anchor` start, middle or end at `x`."""

    text: str
    x: float
    y: float
    size: float
    bold: bool = False
    anchor: str = "start"
    quiet: bool = False

    @property
    def height(self) -> float:
        """The size in millimetres."""
        return self.size * MM_PER_POINT


def lay_out(snapshot: Snapshot, *, check: str = "", address: str = "") -> list[Line]:
    """Every line of the paper. Refused with LayoutRefused, which names the field. `check` and `address` stand by the
    code."""
    number = grouped(snapshot["number"]) if snapshot["number"] else ""
    return [
        *_fit("发证部门", snapshot["authority"], x=36.6, y=25.0, sizes=(17, 14, 11), measure=RIGHT - 36.6, bold=True),
        Line(f"证书编号 {number}", 36.6, 32.0, 12, quiet=True),
        *_name(snapshot["name"]),
        *_document(snapshot),
        *_sentence(snapshot),
        *_beside_the_code(check, address),
        *_foot(snapshot),
        *_title(snapshot["title"]),
    ]


def _name(name: str) -> list[Line]:
    for size in (42, 36, 30, 25):
        if width(name, size=size) <= MEASURE:
            return [Line(name, LEFT, 60.0, size, bold=True)]
    for size in (20, 17):
        lines = _broken(name, size=size)
        if len(lines) <= 2:
            return [Line(text, LEFT, 52.0 + 9.0 * place, size, bold=True) for place, text in enumerate(lines)]
    raise LayoutRefused("姓名")


def _document(snapshot: Snapshot) -> list[Line]:
    if not snapshot["document"]:
        return []
    return _fit("证件", f"{snapshot['document_kind']} {snapshot['document']}", x=LEFT, y=71.0, sizes=(15, 12, 10),
                measure=MEASURE, quiet=True)  # fmt: skip


def _sentence(snapshot: Snapshot) -> list[Line]:
    text = sentence(snapshot)
    for size, step, most in ((20, 13.0, 2), (18, 12.0, 2), (17, 11.0, 4), (14, 9.0, 5), (12, 8.0, 6)):
        lines = _broken(text, size=size)
        if len(lines) <= most:
            return [Line(line, LEFT, 90.0 + step * place, size) for place, line in enumerate(lines)]
    raise LayoutRefused("课程")


def sentence(snapshot: Snapshot) -> str:
    starts_on, ends_on = day(snapshot["starts_on"]), day(snapshot["ends_on"])
    if snapshot["starts_on"][:4] == snapshot["ends_on"][:4]:
        ends_on = ends_on.partition("年 ")[2]
    return (
        f"于 {starts_on}至 {ends_on}参加「{snapshot['course']}」课程（{snapshot['programme']}），"
        f"完成 {snapshot['hours']} 学时，{snapshot['result']}，准予结业。"
    )


def _beside_the_code(check: str, address: str) -> list[Line]:
    x = LEFT + CODE_SIDE + 5
    until = CODE_TOP + CODE_SIDE - 4
    lines = [Line("扫码或输入编号核验", x, until - 14, 12)]
    if address:
        lines += _fit("核验地址", address, x=x, y=until - 7, sizes=(12, 10, 8), measure=85.0)
    if check:
        lines.append(Line("校验 " + " ".join(check[at : at + 4] for at in range(0, 16, 4)), x, until, 12, quiet=True))
    return lines


def _foot(snapshot: Snapshot) -> list[Line]:
    """Institution, day of issue and, where there is one, the last day; set from the right."""
    measure = 85.0
    days = [day(snapshot["issued_on"])]
    if snapshot["expires_on"]:
        days.append(f"有效期至 {day(snapshot['expires_on'])}")
    for size, step, most in ((15, 9.0, 1), (13, 7.5, 2), (11, 6.0, 3), (10, 5.5, 4)):
        lines = _broken(snapshot["institution"], size=size, measure=measure)
        if len(lines) <= most:
            every = [*lines, *days]
            top = 171.0 - step * (len(every) - 1)
            return [Line(text, RIGHT, top + step * place, size, anchor="end") for place, text in enumerate(every)]
    raise LayoutRefused("机构")


def _title(title: str) -> list[Line]:
    """Downwards like a colophon, above the seal; one character a line."""
    step = min(19.3, TITLE_LENGTH / (len(title) - 0.12))
    size = min(48.0, step * 0.88 / MM_PER_POINT)
    if size < 14:
        raise LayoutRefused("证书名称")
    return [Line(one, TITLE_X, 19.0 + size * MM_PER_POINT * 0.88 + step * place, size, bold=True, anchor="middle")
            for place, one in enumerate(title)]  # fmt: skip


def _fit(
    field: str, text: str, *, x: float, y: float, sizes: tuple[float, ...], measure: float, bold: bool = False,
    quiet: bool = False,
) -> list[Line]:  # fmt: skip
    size = next((size for size in sizes if width(text, size=size) <= measure), None)
    if size is None:
        raise LayoutRefused(field)
    return [Line(text, x, y, size, bold=bold, quiet=quiet)]


def _broken(text: str, *, size: float, measure: float = MEASURE) -> list[str]:
    """Lines as long as they fit; a number or a word in letters stays whole where it can."""
    lines = [""]
    for piece in _pieces(text):
        if width(lines[-1] + piece, size=size) <= measure or not lines[-1]:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.strip() for line in lines]


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for one in text:
        together = bool(pieces) and (_runs_on(pieces[-1][-1]) and _runs_on(one))
        if pieces and (together or one in CLOSING or pieces[-1][-1] in OPENING):
            pieces[-1] += one
        else:
            pieces.append(one)
    return pieces


def _runs_on(one: str) -> bool:
    return one.isascii() and one.isalnum()


def day(text: str) -> str:
    """2026 年 9 月 28 日, from the ISO form."""
    value = date.fromisoformat(text)
    return f"{value.year} 年 {value.month} 月 {value.day} 日"
