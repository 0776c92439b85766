"""Letters in the form of an official document: the monthly report and the draft of a circular, as docx.

Measures of GB/T 9704-2012: A4, margins 37/35/28/26 mm, title 22 pt, body 16 pt on 28 pt lines, two characters indented.
An official document is written in Chinese, whoever asks for it and in whatever language.
"""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.utils import translation
from docx import Document
from docx.document import Document as Letter
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from courses import policy as policies
from courses.exports.asking import Ask, share
from courses.exports.monthly import LINES, LineFigures, MonthlyReport, Placed, mark_of, report_of, state_word
from courses.exports.writing import LANGUAGE, Mark, grouped, undated
from courses.models import Line
from courses.tally import State
from courses.tally.quality import Quality, kept, of_days

TITLE_FACE, BODY_FACE, HEAD_FACE, PART_FACE = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
TITLE, BODY, SMALL = Pt(22), Pt(16), Pt(10.5)
LINE_PITCH = Pt(28)
INDENT = Pt(32)
NAMED = 3
# Of the table on its lying page, in mm: rank, district, five columns of each line.
WIDTHS = (13, 30, *(18, 16, 17, 22, 18) * 2)


def _face(run: Run, face: str, size: Any) -> None:
    """Latin letters and figures in the face of the text as well: Word keeps the two apart."""
    run.font.name, run.font.size = face, size
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _line(letter: Letter, text: str, *, face: str = BODY_FACE, size: Any = BODY, indent: bool = False) -> Paragraph:
    line = letter.add_paragraph()
    _face(line.add_run(text), face, size)
    shape = line.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, LINE_PITCH
    shape.space_before = shape.space_after = Pt(0)
    if indent:
        shape.first_line_indent = INDENT
    return line


def _head(letter: Letter, text: str) -> None:
    _line(letter, text, face=HEAD_FACE, indent=True).paragraph_format.keep_with_next = True


def _begin(title: tuple[str, str], report: MonthlyReport, mark: Mark) -> Letter:
    """`title` in two lines, broken where the sense allows."""
    letter, moment = Document(), mark.now.astimezone(policies.CITY_TIME).replace(tzinfo=None, microsecond=0)
    letter.core_properties.created = letter.core_properties.modified = moment
    page = letter.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    letter.core_properties.title, letter.core_properties.author = "".join(title), settings.OFFICIAL["bureau"]
    _face(page.header.paragraphs[0].add_run(f"{mark.line}  {mark_of(report)}"), BODY_FACE, SMALL)
    _page_number(page.footer.paragraphs[0])
    heading = _line(letter, "\n".join(title), face=TITLE_FACE, size=TITLE)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.paragraph_format.space_after = LINE_PITCH
    state = _line(letter, f"（{mark_of(report)}）", face=PART_FACE)
    state.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _line(letter, "各区市人力资源和社会保障局：")
    return letter


def _page_number(line: Paragraph) -> None:
    """— 1 —, at the outer edge."""
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text, field in (("— ", ""), ("", "PAGE"), (" —", "")):
        run = line.add_run(text)
        _face(run, "宋体", Pt(14))
        if field:
            told = OxmlElement("w:fldSimple")
            told.set(qn("w:instr"), field)
            line._element.append(told)


def _end(letter: Letter, report: MonthlyReport, today: date, attached: str) -> None:
    """附件说明, 落款 and 成文日期; the table follows on a page of its own, which lies, as its numbers must not break."""
    _line(letter, "")
    _line(letter, f"附件：{attached}", indent=True)
    _line(letter, "")
    for text in (settings.OFFICIAL["bureau"], f"{today.year}年{today.month}月{today.day}日"):
        line = _line(letter, text)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = INDENT
    lying = letter.add_section(WD_SECTION.NEW_PAGE)
    lying.orientation, lying.page_width, lying.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    lying.top_margin, lying.bottom_margin, lying.left_margin, lying.right_margin = Mm(28), Mm(26), Mm(35), Mm(37)
    _line(letter, "附件", face=HEAD_FACE)
    title = _line(letter, attached, face=TITLE_FACE, size=Pt(18))
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _table(letter, _header(), [_row(row) for row in report.districts] + [_totals(report)])


def _header() -> list[str]:
    per_line = ("目标", "本月", "累计", "完成率", "状态")
    return ["名次", "区市", *(f"{_short(line)}{words}" for line in LINES for words in per_line)]


def _short(line: Line) -> str:
    return "技能" if line == Line.SKILLS else "创业"


def _row(placed: Placed) -> list[str]:
    cells = [cell for line in LINES for cell in _cells(placed.lines[line])]
    return [str(placed.rank), placed.name, *cells]


def _totals(report: MonthlyReport) -> list[str]:
    return ["", report.place, *(cell for line in LINES for cell in _cells(report.lines[line]))]


def _cells(own: LineFigures) -> list[str]:
    return [str(own.target or 0), str(own.month), str(own.verified), rate(own), state_word(own.state)]


def _table(letter: Letter, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = letter.add_table(rows=1, cols=len(header))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cells, texts in ((table.rows[0].cells, header), *((table.add_row().cells, row) for row in rows)):
        for cell, text, width in zip(cells, texts, WIDTHS, strict=True):
            cell.width = Mm(width)
            line = cell.paragraphs[0]
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _face(line.add_run(text), "宋体", SMALL)


def rate(own: LineFigures) -> str:
    return f"{own.tenths // 10}.{own.tenths % 10}%" if own.target else "–"


def _said(line: Line, own: LineFigures) -> str:
    """One line's figures in one sentence; 人次 and 人 apart."""
    people = f"，涉及{own.people}人" if own.people is not None else ""
    said = f"{line.label}本月新增{own.month}人次，本年累计{own.verified}人次{people}"
    if not own.target:
        return f"{said}，未设年度目标"
    lead = f"超序时进度{own.lead}人次" if own.lead >= 0 else f"欠序时进度{-own.lead}人次"
    return f"{said}，完成年度目标{own.target}人次的{rate(own)}，{lead}"


def _overall(report: MonthlyReport) -> str:
    lines = "；".join(_said(line, own) for line, own in report.lines.items())
    gone = f"{report.share // 10}.{report.share % 10}%"
    day = report.last_day
    return f"截至{day.year}年{day.month}月{day.day}日，时序进度{gone}。{report.place}{lines}。"


def _by_state(report: MonthlyReport, line: Line) -> str:
    slow, late = report.late(line, State.SLOW), report.late(line, State.LATE)
    if not slow and not late:
        return f"{line.label}没有偏慢和滞后的区市。"
    parts = [f"偏慢的有{'、'.join(slow)}"] if slow else []
    parts += [f"滞后的有{'、'.join(late)}"] if late else []
    return f"{line.label}{'；'.join(parts)}。"


BASIS = "以上人次以区市批准并记入计数账的结业为准，同一人同一模块、同一职业等级只计一次，按各班批准时规则确定的计数日期归入月份。"


def _period(report: MonthlyReport) -> str:
    return f"{report.year}年{report.month}月{report.place}"


def monthly_letter(ask: Ask, mark: Mark) -> IO[bytes]:
    """月报 to the districts, with its table; of a closed month dated by its close and the same byte for byte, whoever
    takes it. Refused as `report_of`. Gives an open file at its start."""
    with translation.override(LANGUAGE):
        report = report_of(ask)
        mark = mark.of(report.sealed)
        name = f"{_period(report)}职业培训目标进度"
        letter = _begin((f"{_period(report)}职业培训", "目标进度月报"), report, mark)
        _line(letter, f"现将{name}情况报告如下。", indent=True)
        _head(letter, "一、总体进度")
        _line(letter, _overall(report), indent=True)
        _head(letter, "二、区市进度")
        for line in LINES:
            _line(letter, _by_state(report, line), indent=True)
        _head(letter, "三、有关说明")
        _line(letter, f"{BASIS}账目截至{report.as_of.isoformat()}，{mark_of(report)}。", indent=True)
        _end(letter, report, policies.local_date(mark.now), f"{name}表")
        return _file(letter, mark)


def circular(ask: Ask, mark: Mark) -> IO[bytes]:
    """通报, a draft for somebody to finish: the ranking, who is behind, and what the records say about their quality; of
    a closed month dated by its close and the same byte for byte, as `monthly_letter` is.

    Refused as `report_of`. Gives an open file at its start.
    """
    with translation.override(LANGUAGE):
        report = report_of(ask)
        mark = mark.of(report.sealed)
        name = f"{_period(report)}职业培训目标进度"
        letter = _begin((f"关于{_period(report)}职业培训", "目标进度情况的通报（代拟稿）"), report, mark)
        _line(letter, f"现将{name}情况通报如下。", indent=True)
        _head(letter, "一、总体情况")
        _line(letter, _overall(report), indent=True)
        _head(letter, "二、区市排名")
        for line in LINES:
            _line(letter, _ranking(report, line), indent=True)
        _head(letter, "三、进度偏慢和滞后的区市")
        for line in LINES:
            _line(letter, _by_state(report, line), indent=True)
        _head(letter, "四、记录质量")
        _line(letter, _quality(report, ask), indent=True)
        _head(letter, "五、工作要求")
        _line(letter, "请进度偏慢和滞后的区市查明原因，列出追赶安排，于收到本通报后5个工作日内报送。", indent=True)
        _line(letter, BASIS, indent=True)
        _end(letter, report, policies.local_date(mark.now), f"{name}表")
        return _file(letter, mark)


def _ranking(report: MonthlyReport, line: Line) -> str:
    """The first and the last by share of their own targets; who has no target is in no ranking."""
    ranked = [row for row in report.districts if row.lines[line].target]
    ranked.sort(key=lambda row: -row.lines[line].part)
    if not ranked:
        return f"{line.label}各区市未设目标。"
    told = [f"{row.name}（{rate(row.lines[line])}）" for row in ranked]
    if len(told) <= 2 * NAMED:
        return f"{line.label}按完成率从高到低依次为{'、'.join(told)}。"
    return f"{line.label}完成率居前的是{'、'.join(told[:NAMED])}，居后的是{'、'.join(told[-NAMED:])}。"


def _quality(report: MonthlyReport, ask: Ask) -> str:
    """What the counted person-times rest on, what waits to be looked at, and the cards of the month that nobody took
    back: of a closed month as it stood when its close was proposed."""
    if report.close is None:
        first, whose = date(report.year, report.month, 1), report.district
        now = of_days(first=first, last=report.last_day, as_of=report.as_of, now=ask.now, district=whose)
        return _said_of(now[whose])
    sealed = kept(close=report.close, district=report.district)
    day = policies.local_date(report.close.proposed_at)
    if sealed is None:
        return "月结时没有记下本月的记录质量。"
    return f"以下为{day.year}年{day.month}月{day.day}日提出月结时的情况。{_said_of(sealed)}"


def _said_of(own: Quality) -> str:
    told = share(own.attended, own.scheduled)
    attended = f"本月结束的班次出勤率{told}。" if told else "本月没有班次结束。"
    return (
        f"{attended}本年至今已核人次中，每次到课都凭扫码的占{share(own.scans, own.counted) or '–'}。"
        f"本月到教室检查{own.rooms}次，其中发现问题{own.found}次。"
        f"本月有待核对事项的课次{own.waiting}次，出示黄牌{own.yellow}张、红牌{own.red}张。"
    )


def _file(letter: Letter, mark: Mark) -> IO[bytes]:
    """With the number and the check code over all that it says, in the header of each page."""
    for line in letter.paragraphs:
        mark.content.add([line.text])
    for table in letter.tables:
        for row in table.rows:
            mark.content.add(cell.text for cell in row.cells)
    said = f"  {'编号' if mark.sealed else '导出编号'} {mark.number} 校验 {grouped(mark.check)}"
    _face(letter.sections[0].header.paragraphs[0].add_run(said), BODY_FACE, SMALL)
    written = BytesIO()
    letter.save(written)
    return undated(written)
