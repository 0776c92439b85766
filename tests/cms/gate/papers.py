"""Real files, made in memory: the least of a docx, a workbook, a PDF, a container."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

from fpdf import FPDF
from openpyxl import Workbook

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def packed(parts: dict[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def paragraph(*runs: str, hidden: bool = False) -> str:
    look = "<w:rPr><w:vanish/></w:rPr>" if hidden else ""
    return f"<w:p>{''.join(f'<w:r>{look}<w:t>{run}</w:t></w:r>' for run in runs)}</w:p>"


def docx(body: str = "", **parts: str | bytes) -> bytes:
    """`parts` by their name in the file, `__` for `/`."""
    document = f"<w:document {W}><w:body>{paragraph('培训通知')}{body}</w:body></w:document>"
    more = {name.replace("__", "/") + ("" if "." in name else ".xml"): content for name, content in parts.items()}
    return packed({"[Content_Types].xml": "<Types/>", "word/document.xml": document, **more})


def xlsx(fill: Callable[[Workbook], Any]) -> bytes:
    book = Workbook()
    book.active.title = "公示"
    fill(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def pdf(*texts: str, draw: Callable[[FPDF], Any] | None = None, **properties: str) -> bytes:
    file = FPDF()
    file.set_font("helvetica", size=12)
    for text in texts or ("",):
        file.add_page()
        file.multi_cell(0, text=text)
    if "title" in properties:
        file.set_title(properties["title"])
    if draw:
        draw(file)
    return bytes(file.output())


def png(size: int = 4) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (size, size), "white").save(buffer, "PNG")
    return buffer.getvalue()
