"""A certificate as one A4 sheet in SVG: the lines, the code and the drawings stand where the PDF has them."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from courses import certificates
from courses.certificates import typeface
from courses.certificates.layout import CODE_SIDE, CODE_TOP, LEFT, RULE_X, Line
from courses.certificates.symbol import modules
from courses.models import Certificate
from courses.templatetags.look import drawing

register = template.Library()
SHEET = (
    '<svg class="certificate" viewBox="0 0 297 210" role="group" aria-label="{}">'
    '<path class="certificate-ground" d="M0 0H297V210H0Z"/>'
    '<path class="certificate-rule" d="M{} 19.3V172"/>{}{}{}</svg>'
)
# Where a drawing stands: x, y, side in millimetres and its own box.
PIECES = (("mark", 19, 18.4, 14.6, 14.6, "0 0 44 44"), ("seal", 250.6, 145.6, 26.8, 26.8, "0 0 120 120"),
          ("sheet-sea", 0, 186, 297, 24, "0 0 1123 91"))  # fmt: skip


@register.simple_tag
def certificate_sheet(certificate: Certificate) -> SafeString:
    lines = format_html_join("", "{}", ((_line(line),) for line in certificates.lines_of(certificate)))
    pieces = format_html_join(
        "",
        '<svg x="{}" y="{}" width="{}" height="{}" viewBox="{}" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        ((x, y, wide, high, box, mark_safe(drawing(name))) for name, x, y, wide, high, box in PIECES),  # noqa: S308
    )
    return format_html(
        SHEET, certificate.snapshot["title"], RULE_X, pieces, _code(certificates.code_of(certificate)), lines
    )


@register.simple_tag
def check_symbol(address: str) -> SafeString:
    """The code at the foot of a printed page; its quiet zone is the paper round it."""
    matrix = modules(address)
    return format_html(
        '<svg class="sheet-code" viewBox="0 0 {} {}" shape-rendering="crispEdges" role="img" aria-label="QR">'
        '<path d="{}"/></svg>',
        len(matrix), len(matrix), _dark(matrix),
    )  # fmt: skip


@register.filter
def grouped(number: str) -> str:
    """02F2026-00017-K7QM2XA."""
    return certificates.grouped(number)


def _line(line: Line) -> SafeString:
    """As text; as strokes where it holds a character that only the certificate's typeface was supplied with."""
    classes = " ".join(["bold"] * line.bold + ["quiet"] * line.quiet)
    if typeface.is_supplied(line.text):
        long = typeface.width(line.text, size=line.size)
        x = line.x - {"start": 0, "middle": long / 2, "end": long}[line.anchor]
        drawn = typeface.path(line.text, x=x, y=line.y, size=line.size)
        return format_html('<path class="drawn {}" role="img" aria-label="{}" d="{}"/>', classes, line.text, drawn)
    return format_html(
        '<text class="{}" x="{}" y="{}" font-size="{}" text-anchor="{}">{}</text>',
        classes, f"{line.x:.2f}", f"{line.y:.2f}", f"{line.height:.3f}", line.anchor, line.text,
    )  # fmt: skip


def _code(text: str) -> SafeString:
    matrix = modules(text)
    return format_html(
        '<svg x="{}" y="{}" width="{}" height="{}" viewBox="0 0 {} {}" shape-rendering="crispEdges" role="img" '
        'aria-label="QR"><path d="{}"/></svg>',
        LEFT, CODE_TOP, CODE_SIDE, CODE_SIDE, len(matrix), len(matrix), _dark(matrix),
    )  # fmt: skip


def _dark(matrix: list[list[bool]]) -> str:
    return "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, module in enumerate(row) if module)
