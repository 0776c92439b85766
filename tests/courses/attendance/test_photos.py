"""A code in a photo: looked at, never kept."""

import io

import pytest
from PIL import Image

from courses.attendance import PhotoRefusal, PhotoRefused, read_photo
from tests.drill.decode import photographed, symbol

TEXT = "K3M7Q2W9XA0123456789"


def bytes_of(picture: Image.Image, kind: str = "JPEG") -> bytes:
    written = io.BytesIO()
    picture.save(written, kind)
    return written.getvalue()


def refused(content: bytes, megabytes: int = 8) -> PhotoRefusal:
    with pytest.raises(PhotoRefused) as caught:
        read_photo(content=content, megabytes=megabytes)
    return caught.value.code  # type: ignore[return-value]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_code_of_a_photo_is_read(kind: str) -> None:
    assert read_photo(content=bytes_of(photographed(symbol(TEXT), turn=12), kind), megabytes=8) == TEXT


def test_a_large_photo_is_read_at_the_size_that_it_needs() -> None:
    large = photographed(symbol(TEXT), turn=3).resize((4200, 4200))
    assert read_photo(content=bytes_of(large), megabytes=8) == TEXT


def test_what_holds_no_single_code_is_refused_with_the_next_step() -> None:
    one = symbol(TEXT)
    two = Image.new("L", (one.width * 2 + 40, one.height), 255)
    two.paste(one, (0, 0))
    two.paste(symbol("X" + TEXT[1:]), (one.width + 40, 0))
    assert refused(bytes_of(Image.new("L", (400, 400), 200))) == PhotoRefusal.NO_CODE
    assert refused(bytes_of(two)) == PhotoRefusal.SEVERAL
    assert refused(b"%PDF-1.7 no photo") == PhotoRefusal.NO_PHOTO
    assert refused(bytes_of(Image.new("L", (40, 40)), "BMP")) == PhotoRefusal.NO_PHOTO
    assert refused(b"0" * (1024 * 1024 + 1), megabytes=1) == PhotoRefusal.TOO_LARGE
