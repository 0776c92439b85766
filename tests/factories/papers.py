"""Paper as people hand it in, and as nobody should: PDFs with something packed into them."""

import io

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject

OBJECTS = {
    1: b"<</Type/Catalog/Pages 2 0 R%s>>",
    2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    3: b"<</Type/Page/Parent 2 0 R>>",
}


def photo() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(written, "JPEG")
    return written.getvalue()


def pdf(**catalogue: DictionaryObject) -> bytes:
    """One empty page; what is named here is added to the catalogue."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    for name, held in catalogue.items():
        writer.root_object[NameObject(f"/{name}")] = held
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def packed(catalogue: bytes = b"", *, extra: bytes = b"<</Type/Nothing>>", names_it: bool = True) -> bytes:
    """The same page with its objects in one compressed stream, as office programs write them.

    `extra` is one more object that nothing refers to. `names_it`: the table of the file says where the objects are.
    """
    import zlib

    objects = [OBJECTS[1] % catalogue, OBJECTS[2], OBJECTS[3], extra]
    places, body = [], b""
    for number, held in enumerate(objects, start=1):
        places.append(f"{number} {len(body)}")
        body += held + b" "
    head = (" ".join(places) + " ").encode()
    content = zlib.compress(head + body)
    file = b"%PDF-1.7\n"
    stream_at = len(file)
    file += b"5 0 obj<</Type/ObjStm/N 4/First %d/Filter/FlateDecode/Length %d>>stream\n" % (len(head), len(content))
    file += content + b"\nendstream endobj\n"
    if not names_it:
        return file + _plain_table(file)
    table_at = len(file)
    rows = [b"\0\0\0\0\0\0\0"]
    rows += [b"\2" + (5).to_bytes(4, "big") + place.to_bytes(2, "big") for place in range(4)]
    rows += [b"\1" + at.to_bytes(4, "big") + b"\0\0" for at in (stream_at, table_at)]
    table = zlib.compress(b"".join(rows))
    file += b"6 0 obj<</Type/XRef/Size 7/W[1 4 2]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n" % len(table)
    return file + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % table_at


def _plain_table(before: bytes) -> bytes:
    """The same three objects written out, so that the packed ones are of no use to who trusts the table."""
    places, file = [], b""
    for number in (1, 2, 3):
        held = OBJECTS[number] % b"" if number == 1 else OBJECTS[number]
        places.append(len(before) + len(file))
        file += b"%d 0 obj%sendobj\n" % (number, held)
    rows = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    at = len(before) + len(file)
    return file + b"xref\n0 4\n%strailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (rows, at)
