"""The PDFs: drawn in the background from the snapshot, kept encrypted, handed to whoever may have them.

The row says that a certificate exists, the paper follows; a paper that was lost is drawn again to the same bytes.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from courses import privacy
from courses.certificates import signing
from courses.certificates.layout import Line, lay_out
from courses.certificates.signing import Signed
from courses.certificates.snapshot import content_of, fingerprint, grouped
from courses.certificates.supplying import load_for
from courses.models import Certificate, CertificatePaper
from courses.people import sealed, strays
from courses.people.numbers import fresh

LOG = logging.getLogger(__name__)
FOLDER = "certificates"
# A class is drawn in one turn; the next sweep goes on.
BATCH = 200


def code_of(certificate: Certificate) -> str:
    """The text of the QR: where to check, and after the # what nobody's server is sent, signed."""
    signed = Signed(certificate.key_id, certificate.signature)
    code = signing.write_code(content=content_of(certificate.snapshot), signed=signed)
    return f"{check_address()}{certificate.number}#{code}"


def check_address() -> str:
    return f"{settings.WAGTAILADMIN_BASE_URL}/verify/"


def lines_of(certificate: Certificate) -> list[Line]:
    """Every line of the paper where it stands, for the PDF and for the page alike."""
    load_for(str(value) for value in certificate.snapshot.values())
    address = check_address().partition("://")[2].rstrip("/")
    return lay_out(certificate.snapshot, check=fingerprint(certificate.signature), address=address)


def draw(certificate: Certificate) -> bytes:
    from courses.certificates import drawing

    title = f"{certificate.snapshot['title']} {grouped(certificate.number)}"
    return drawing.draw(title=title, lines=lines_of(certificate), code=code_of(certificate), at=certificate.issued_at)


def without_paper() -> QuerySet[Certificate]:
    """An erased holder is handed nothing any more."""
    return Certificate.objects.filter(paper__isnull=True, completion__enrolment__learner__erased_at__isnull=True)


def make_due(*, now: datetime) -> int:
    """Draw the papers that are still missing; gives how many. Two that run at once take them in another order each."""
    made = 0
    for certificate in without_paper().order_by("?")[:BATCH]:
        if without_paper().filter(pk=certificate.pk).exists():
            made += _keep(certificate, draw(certificate), now)
    return made


def _keep(certificate: Certificate, plain: bytes, now: datetime) -> bool:
    """The file first: a row without its file would be a lost record, a file without its row is swept away."""
    name = f"{FOLDER}/{fresh(prefix='', length=26)}"
    _storage().save(name, ContentFile(privacy.encrypt_bytes(plain, context=_context(certificate))))
    try:
        with transaction.atomic():
            CertificatePaper.objects.create(certificate=certificate, file=name, size=len(plain), made_at=now)
    except IntegrityError:
        # Another worker drew the same paper.
        _storage().delete(name)
        return False
    return True


def content(*, certificate: Certificate) -> bytes | None:
    """The PDF, or None while it is being drawn. A file that the storage lost is drawn again from the snapshot."""
    paper = CertificatePaper.objects.filter(certificate=certificate).first()
    if paper is None:
        return None
    try:
        with _storage().open(paper.file) as file:
            return privacy.decrypt_bytes(bytes(file.read()), context=_context(certificate))
    except FileNotFoundError:
        LOG.warning("a certificate's file is gone and was drawn again", extra={"row": certificate.pk})
        return draw(certificate)


def sweep_strays(*, now: datetime) -> int:
    """Delete files whose row was never written; gives how many."""
    return strays.sweep(folder=FOLDER, rows=CertificatePaper.objects.all(), now=now)


def reencrypt_files() -> int:
    """Bring every kept paper under the current key; gives how many."""
    rows = CertificatePaper.objects.select_related("certificate")
    return sealed.rekey(rows=rows, folder=FOLDER, context=lambda paper: _context(paper.certificate))


def _context(certificate: Certificate) -> str:
    return f"courses.certificate.{certificate.number}"


def _storage() -> Storage:
    return storages["private"]
