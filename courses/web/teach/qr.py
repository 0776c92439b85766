"""The code as a picture: black on white in every theme, quiet zone of four, so few modules that the last row reads
it."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

QUIET = 4
FARTHEST = 29
# To weigh all eight masks costs six times as much, and each wall has a new code every ten seconds. A random text is
# even under any of them; `run.py drill decode` reads a thousand.
MASK = 3


def scan_address(request: HttpRequest, code: str) -> str:
    """HTTPS://HOST/C/CODE. In capitals the symbol needs fewer modules; host names do not mind."""
    return _address(request, f"C/{code}")


def sheet_address(request: HttpRequest, number: str) -> str:
    """HTTPS://HOST/S/NUMBER/, which leads whoever may enter the sheet to its rows."""
    return _address(request, f"S/{number}/")


def _address(request: HttpRequest, path: str) -> str:
    origin = settings.SCAN_ORIGIN or f"{request.scheme}://{request.get_host()}"
    address = f"{origin}/{path}"
    return address.upper() if settings.SCAN_CASE == "upper" else address


@lru_cache(maxsize=64)
def qr_svg(address: str) -> SafeString:
    matrix = matrix_of(address)
    side = len(matrix)
    runs = "".join(
        f"M{start} {y}h{length}v1h-{length}z" for y, row in enumerate(matrix) for start, length in _runs(row)
    )
    return mark_safe(  # noqa: S308  numbers only
        f'<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="QR" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{runs}"/></svg>'
    )


def matrix_of(text: str) -> list[list[bool]]:
    """Rows of dark modules with the quiet zone. Correction Q; M where a long address would need more than 29 a side."""
    matrix = _matrix(text, "Q")
    return matrix if len(matrix) <= FARTHEST + 2 * QUIET else _matrix(text, "M")


def _matrix(address: str, correction: str) -> list[list[bool]]:
    import qrcode

    levels = {"Q": qrcode.ERROR_CORRECT_Q, "M": qrcode.ERROR_CORRECT_M}
    code = qrcode.QRCode(error_correction=levels[correction], border=QUIET, mask_pattern=MASK)
    code.add_data(address)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    start = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append((start, x - start))
            start = None
    return runs
