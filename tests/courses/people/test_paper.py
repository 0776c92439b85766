"""What a PDF hides: packed into streams, unreferenced, or left out of the file's own table."""

import zlib
from collections import deque

import pytest

from courses.people import paper, pdf
from courses.people.paper import PaperRefused, PaperSlip, read_paper
from tests.factories import papers


def slip(content: bytes) -> PaperSlip:
    with pytest.raises(PaperRefused) as refused:
        read_paper(content)
    assert refused.value.sentence
    return PaperSlip(refused.value.code)


@pytest.mark.parametrize(
    "content",
    [papers.pdf(), papers.packed(), papers.packed(names_it=False), papers.packed(b"/OpenAction[3 0 R/Fit]"),
     papers.packed(b"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>")],
    ids=["plain", "packed", "two tables", "opens at a page", "goes to a page"],
)  # fmt: skip
def test_paper_is_taken_as_it_is(content: bytes) -> None:
    assert read_paper(content) == ("pdf", content)


ACTIVE = {
    "script": b"<</S/JavaScript/JS(app.alert\\(1\\))>>",
    "escaped": b"<</S/J#61vaScript>>",
    "program": b"<</S/Launch/F(calc.exe)>>",
    "file": b"<</Type/EmbeddedFile>>",
    "media": b"<</Subtype/RichMedia>>",
    "form": b"<</XFA[(a)]>>",
    "event": b"<</AA<</O 9 0 R>>>>",
    "deep": b"<</Kids[[<</A<</S/Launch>>>>]]>>",
}


@pytest.mark.parametrize("extra", ACTIVE.values(), ids=list(ACTIVE))
def test_what_is_packed_into_a_stream_is_found(extra: bytes) -> None:
    content = papers.packed(extra=extra)
    assert not pdf.is_active(content), "the bytes themselves tell nothing"
    assert slip(content) == PaperSlip.ACTIVE


def test_what_the_table_of_the_file_leaves_out_is_found() -> None:
    assert slip(papers.packed(extra=ACTIVE["script"], names_it=False)) == PaperSlip.ACTIVE


@pytest.mark.parametrize(
    "catalogue", [b"/OpenAction<</S/URI/URI(http://example.org)>>", b"/OpenAction<</S/GoTo/Next 4 0 R>>"]
)
def test_what_happens_by_itself_on_opening_is_more_than_paper(catalogue: bytes) -> None:
    assert slip(papers.packed(catalogue)) == PaperSlip.ACTIVE


def test_what_cannot_be_read_is_refused() -> None:
    assert slip(b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF") == PaperSlip.UNREADABLE


def test_what_unfolds_beyond_the_limit_is_refused() -> None:
    bomb = zlib.compress(b"0 " * (pdf.UNPACKED_BYTES // 2 + 10))
    head = b"5 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(bomb)
    assert len(bomb) < 100_000
    assert slip(b"%PDF-1.7\n" + head + bomb + b"\nendstream endobj\n" + papers.pdf()) == PaperSlip.UNREADABLE


def test_a_walk_that_takes_too_long_has_not_read_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "PDF_SECONDS", 0.001)
    monkeypatch.setattr(paper, "_plain", deque())
    assert slip(papers.pdf()) == PaperSlip.UNREADABLE


def test_the_same_plain_file_is_walked_once_and_another_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "_plain", deque())
    read_paper(papers.pdf())
    monkeypatch.setattr(paper, "PDF_SECONDS", 0.001)
    assert read_paper(papers.pdf()) == ("pdf", papers.pdf())
    assert slip(papers.packed()) == PaperSlip.UNREADABLE
