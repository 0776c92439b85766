"""Names that are hard to print, and where one and the same name must stand: database, page, code, PDF, workbook.

The names are drawn from a seed: common ones, rare characters of the blocks A to H, names with · and long ones.
"""

import hashlib
import io
import random
from datetime import UTC, datetime
from typing import Any

import openpyxl
import xlsxwriter
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from courses import certificates, checklists
from courses.certificates import CertificateRefused, typeface
from courses.models import Certificate, Learner, User
from courses.people import consents
from tests.factories import catalogue, people
from tests.factories.certificates import approved
from tests.factories.classes import training_class
from tests.races import Arena, Figures

NAMES = 500
BATCH = 50
THIS = "tests.courses.certificates.names"
# CJK extensions by block.
BLOCKS = {
    "A": (0x3400, 0x4DBF), "B": (0x20000, 0x2A6DF), "C": (0x2A700, 0x2B739), "D": (0x2B740, 0x2B81D),
    "E": (0x2B820, 0x2CEA1), "F": (0x2CEB0, 0x2EBE0), "G": (0x30000, 0x3134A), "H": (0x31350, 0x323AF),
}  # fmt: skip
NOW = datetime(2026, 9, 14, 6, 0, tzinfo=UTC)
PARTS = ("阿卜杜热合曼", "买买提艾力", "吐尔逊江", "库尔班", "沙吾提", "艾尔肯江", "古丽巴哈尔", "伊力哈木江")


def name(seed: int) -> str:
    rng = random.Random(seed)
    kind = seed % 4
    if kind == 0:
        return "·".join(rng.sample(PARTS, rng.randint(5, 7)))[: rng.randint(25, 45)].strip("·")
    if kind == 1:
        return "·".join(rng.sample(PARTS, 2))
    if kind == 2:
        low, high = BLOCKS[rng.choice(list(BLOCKS))]
        return "王" + chr(rng.randint(low, high))
    return "李" + "".join(chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(rng.randint(1, 2)))


def run(arena: Arena, *, many: int) -> Figures:
    figures = Figures("names")
    for first in range(0, many, BATCH):
        told = arena.crowd.call(arena.ground.name, f"{THIS}:check", first=first, many=min(BATCH, many - first))
        figures.faults += told["faults"]
        figures.add(**told["numbers"])
    return figures


def check(*, first: int, many: int) -> dict[str, Any]:
    """Issue for every name; those that the typeface has stand everywhere, the others are refused by name."""
    a_class = training_class(now=NOW, hours_theory=16, hours_practice=20)
    catalogue.consent_notice(consents.CERTIFICATE_NAME)
    faults, printed, by = [], [], people.user()
    for seed in range(first, first + many):
        wanted = name(seed)
        learner = people.learner(now=NOW, name=wanted)
        completion = approved(now=NOW, a_class=a_class, learner=learner)
        lacking = typeface.missing([wanted])
        try:
            made = certificates.issue(by=by, completion=completion, now=NOW)
        except CertificateRefused as refused:
            faults += [] if lacking and all(one in refused.sentence for one in lacking) else [f"{seed}: refused"]
            continue
        faults += [f"{seed}: issued without a glyph"] if lacking else []
        faults += [f"{seed}: {where}" for where in wrong(made, learner, wanted, by)]
        printed.append((made.number, wanted))
    faults += wrong_in_workbook(printed)
    return {"numbers": {"names": many, "printed": len(printed), "refused": many - len(printed)}, "faults": faults}


def wrong(made: Certificate, learner: Learner, wanted: str, by: User) -> list[str]:
    """Where the name is not what it should be."""
    assert learner.user is not None
    consents.switch(by=learner.user, learner=learner, key=consents.CERTIFICATE_NAME, on=True, now=NOW)
    stored = Certificate.objects.get(pk=made.pk).snapshot
    # Each asks from an address of its own, as the check allows one so many an hour.
    asking = Client(REMOTE_ADDR=f"198.51.{made.pk // 250 % 250}.{made.pk % 250}")
    page = asking.post(reverse("verify_start"), {"number": made.number, "surname": wanted[0]}).content.decode()
    pdf = certificates.content(certificate=made) or certificates.draw(made)
    text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    holder = hashlib.sha256(f"{made.number}\n{wanted}\n{stored['document']}".encode()).hexdigest()[:20]
    code = certificates.check_code(code=certificates.code_of(made).partition("#")[2], now=NOW)
    found = {
        "database": stored["name"] == wanted,
        "page": f"<dd>{wanted}</dd>" in page.replace('<span class="nb">', "").replace("</span>", ""),
        "pdf": wanted in text or wanted in "".join(text.split("\n")),
        "code": code is not None and code.fields["name"] == wanted and holder in _said(made),
    }
    return [where for where, same in found.items() if not same]


def _said(made: Certificate) -> str:
    from courses.certificates.snapshot import content_of

    return content_of(made.snapshot).decode()


def wrong_in_workbook(printed: list[tuple[str, str]]) -> list[str]:
    """Sent up as a table, what comes back holds the same names and calls each certificate valid."""
    faults = []
    for start in range(0, len(printed), checklists.LINES):
        chunk = printed[start : start + checklists.LINES]
        file = io.BytesIO()
        book = xlsxwriter.Workbook(file, {"in_memory": True})
        page = book.add_worksheet()
        for row, (number, wanted) in enumerate([("证书编号", "姓名"), *chunk]):
            page.write_string(row, 0, number)
            page.write_string(row, 1, wanted)
        book.close()
        back = openpyxl.load_workbook(checklists.answer(content=file.getvalue(), now=NOW)).worksheets[0]
        rows = [(str(row[0]), str(row[1]), str(row[2])) for row in back.iter_rows(min_row=2, values_only=True)]
        wanted_rows = [(number, wanted, "有效") for number, wanted in chunk]
        faults += [f"workbook: {one[0]}" for one, other in zip(rows, wanted_rows, strict=True) if one != other]
    return faults
