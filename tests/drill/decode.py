"""1,000 codes of three kinds, as a worn projector or a scratched phone shows them: blurred, skewed, at 40 % contrast,
modules of seven pixels. At least 99 of 100 must be read, and what is read must be what was shown."""

import random
from datetime import UTC, datetime, timedelta

from PIL import Image, ImageFilter

from tests.races import Arena, Figures

THIS = "tests.drill.decode"
CODES = 1000
MODULE = 7
# Black lifted to 40 % grey on white, and white a little dimmed: what is left of the contrast is 40 %.
DARK, LIGHT = 132, 234
LEAST = 0.99


def run(arena: Arena, *, codes: int) -> Figures:
    figures = Figures("decode")
    told = arena.crowd.call(arena.ground.name, f"{THIS}:read_all", codes=codes)
    figures.add(codes=codes, read=told["read"], wrong=told["wrong"])
    if told["wrong"]:
        figures.faults.append(f"{told['wrong']} codes were read as something else")
    if told["read"] < codes * LEAST:
        figures.faults.append(f"{told['read']} of {codes} codes were read")
    return figures


def read_all(*, codes: int) -> dict[str, int]:
    """The photo's own reader, at the pictures of a fixed seed."""
    import io

    from courses.attendance import PhotoRefused, read_photo

    chance = random.Random(20260914)
    read = wrong = 0
    for text in texts(codes, chance):
        written = io.BytesIO()
        picture = photographed(
            symbol(text), turn=chance.uniform(-20, 20), skew=chance.uniform(-0.12, 0.12), blur=chance.uniform(0.8, 2)
        )
        picture.save(written, "JPEG", quality=70)
        try:
            found = read_photo(content=written.getvalue(), megabytes=8)
        except PhotoRefused:
            continue
        read += found == text
        wrong += found != text
    return {"read": read, "wrong": wrong}


def texts(codes: int, chance: random.Random) -> list[str]:
    """Codes of the wall with their address, personal codes and cards, in turn."""
    from courses.attendance import issue, personal
    from courses.models import Device, Direction, Learner, Lesson
    from courses.people.numbers import CROCKFORD
    from courses.policy import Policy

    def some(length: int) -> str:
        return "".join(chance.choice(CROCKFORD) for _ in range(length))

    made, start = [], datetime(2026, 9, 14, 9, tzinfo=UTC)
    for number in range(codes):
        at = start + timedelta(seconds=30 * number)
        if number % 3 == 0:
            lesson = Lesson(code=chance.randrange(2**30))
            made.append(
                "HTTPS://PX.YT.GOV.CN/C/" + issue(lesson=lesson, direction=Direction.IN, policy=Policy(), now=at).text
            )
        elif number % 3 == 1:
            learner, device = Learner(number=f"X{some(10)}"), Device(code=some(26))
            made.append(personal.code_at(learner=learner, device=device, moment=at))
        else:
            made.append(some(16))
    return made


def symbol(text: str) -> Image.Image:
    """The symbol as the service draws it, a module of seven pixels, at the contrast of a bright hall."""
    from courses.web.teach.qr import matrix_of

    matrix = matrix_of(text)
    picture = Image.new("L", (len(matrix), len(matrix)), LIGHT)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x, y), DARK)
    return picture.resize((len(matrix) * MODULE,) * 2, Image.Resampling.NEAREST)


def photographed(picture: Image.Image, *, turn: float = 0, skew: float = 0, blur: float = 1) -> Image.Image:
    """Held askew, seen from the side, a little out of focus. `turn` in degrees, `blur` in pixels."""
    wide = Image.new("L", (picture.width * 3 // 2, picture.height * 3 // 2), LIGHT)
    wide.paste(picture, (picture.width // 4, picture.height // 4))
    turned = wide.rotate(turn, Image.Resampling.BICUBIC, fillcolor=LIGHT)
    shift = -skew * turned.height / 2
    sheared = turned.transform(
        turned.size, Image.Transform.AFFINE, (1, skew, shift, 0, 1, 0), Image.Resampling.BICUBIC, fillcolor=LIGHT
    )
    return sheared.filter(ImageFilter.GaussianBlur(blur))
