"""The paper as a PDF: an A4 sheet across, drawn from the snapshot alone. The same certificate gives the same bytes."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TextMode

from courses.certificates import layout, typeface
from courses.certificates.layout import Line
from courses.certificates.symbol import modules

FAMILY = "paper"
INK, QUIET = "#14212B", "#46555F"
IMAGES = Path(__file__).resolve().parents[2] / "static" / "img"
# Strokes that make the one weight of the typeface a bold one, as a share of the size.
BOLD = 0.03


def draw(*, title: str, lines: Sequence[Line], code: str, at: datetime) -> bytes:
    """One sheet. `code` is the text of the QR; `at` the moment that the file says it was made."""
    paper = FPDF(orientation="landscape", unit="mm", format="A4")
    paper.set_margin(0)
    paper.set_auto_page_break(False)
    paper.set_title(title)
    paper.set_lang("zh-CN")
    paper.set_creation_date(at.astimezone(UTC))
    paper.add_page()
    _picture(paper)
    _code(paper, code)
    _write(paper, lines)
    return bytes(paper.output())


def _write(paper: FPDF, lines: Sequence[Line]) -> None:
    with tempfile.NamedTemporaryFile(suffix=".ttf") as file:
        file.write(typeface.part("".join(line.text for line in lines)))
        file.flush()
        paper.add_font(FAMILY, fname=file.name)
    for line in lines:
        long = typeface.width(line.text, size=line.size)
        x = line.x - {"start": 0, "middle": long / 2, "end": long}[line.anchor]
        colour = QUIET if line.quiet else INK
        paper.set_font(FAMILY, size=line.size)
        paper.set_text_color(colour)
        paper.set_draw_color(colour)
        with paper.local_context(
            text_mode=TextMode.FILL_STROKE if line.bold else TextMode.FILL,
            line_width=line.size * typeface.MM_PER_POINT * BOLD,
        ):
            paper.text(x, line.y, line.text)


def _code(paper: FPDF, text: str) -> None:
    matrix = modules(text)
    side = layout.CODE_SIDE / len(matrix)
    paper.set_fill_color(INK)
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            run = next((n for n in range(x, len(row)) if not row[n]), len(row)) - x
            if run:
                paper.rect(layout.LEFT + x * side, layout.CODE_TOP + y * side, run * side, side, style="F")
            x += max(run, 1)


def _picture(paper: FPDF) -> None:
    """The mark, the seal, the rule and the water: our own drawings, as on the page."""
    paper.set_draw_color(INK)
    paper.set_line_width(0.3)
    paper.line(layout.RULE_X, 19.3, layout.RULE_X, 172.0)
    paper.image(IMAGES / "mark.svg", x=19.0, y=18.4, w=14.6, h=14.6)
    paper.image(IMAGES / "seal.svg", x=250.6, y=145.6, w=26.8, h=26.8)
    paper.image(IMAGES / "sheet-sea.svg", x=0, y=186.0, w=layout.PAGE_WIDTH, h=24.0)
