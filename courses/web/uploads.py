"""What citizens send or bring to a counter, and files of an opening, are refused by their announced size, before a byte
of them is read."""

import re
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MOST = 12 * 1024 * 1024
# A kiosk and the check page stand open to everybody; a photo of a code and a list of certificates are small.
CAPPED = ("/my/", "/kiosk/", "/teach/", "/verify/", "/desk/sheet/")
OF_A_CLASS = re.compile(r"/desk/class/[^/]+/(opening|enrolment/[^/]+/proofs)/")


class CitizenCap(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS. The sentence for a file that is a little too large is the domain's."""

    def handle_raw_input(
        self, input_data: Any, meta: dict[str, str], content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        path = meta.get("PATH_INFO", "")
        if content_length > MOST and (path.startswith(CAPPED) or OF_A_CLASS.match(path)):
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
