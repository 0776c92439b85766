"""The palette keeps its promises: contrast in both themes, one dark set, little weight."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[3] / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")
SCAN_PAGE_SHARE = 14 * 1024


def block(selector: str) -> dict[str, str]:
    """The colours of the first rule with exactly this selector."""
    body = TOKENS.split(f"{selector} {{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9A-F]{3,6});", body))


LIGHT = block(":root")
DARK = {**LIGHT, **block("[data-theme=dark]")}


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT = [
    ("ink", "shell", 7), ("ink", "paper", 7), ("ink", "mist", 7), ("ink", "pine-bg", 7),
    ("ink", "amber-bg", 7), ("ink", "error-bg", 7), ("rock", "shell", 4.5), ("rock", "paper", 4.5),
    ("rock", "track", 4.5), ("link", "shell", 4.5), ("link", "paper", 4.5), ("btn-text", "btn", 4.5),
    ("pine", "shell", 4.5), ("amber", "shell", 4.5), ("wine", "shell", 4.5), ("error", "shell", 4.5),
    ("error", "paper", 4.5), ("bohai", "mist", 4.5), ("pine", "pine-bg", 4.5), ("amber", "amber-bg", 4.5),
    ("error", "error-bg", 4.5), ("sea-text", "sea", 7), ("fog", "sea", 7), ("lamp", "sea", 4.5),
    ("sea-text", "beam-core", 4.5), ("lamp-ink", "lamp", 7), ("sea-text", "go", 4.5),
    ("sea-text", "stop", 4.5), ("pine-light", "sea", 4.5), ("ink", "sector", 7),
]  # fmt: skip
SHAPES = [
    ("line", "shell"), ("line", "paper"), ("tide", "track"), ("bohai", "track"), ("wine", "track"), ("tide", "shell"),
    ("sea-hair", "sea"), ("lamp", "ring"),
]  # fmt: skip


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), TEXT)
def test_text_can_be_read(theme: dict[str, str], front: str, back: str, least: float) -> None:
    assert contrast(theme[front], theme[back]) >= least


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), SHAPES)
def test_shapes_can_be_seen(theme: dict[str, str], front: str, back: str) -> None:
    assert contrast(theme[front], theme[back]) >= 3


def test_the_dark_set_is_the_same_by_choice_and_by_system() -> None:
    assert block("[data-theme=dark]") == block(":root:not([data-theme=light])")


def test_each_step_of_depth_carries_its_number() -> None:
    assert all(contrast(LIGHT[f"h{step}"], "#14212B") >= 4.5 for step in (1, 2, 3))
    assert all(contrast(LIGHT[f"h{step}"], "#FFF") >= 4.5 for step in (4, 5))


def test_every_token_that_is_used_exists() -> None:
    defined = set(re.findall(r"(--[\w-]+):", TOKENS))
    missing = {}
    for path in CSS.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        unknown = set(re.findall(r"var\((--[\w-]+)\)", text)) - defined - set(re.findall(r"(--[\w-]+):", text))
        if unknown:
            missing[path.name] = unknown
    assert missing == {}


def test_tokens_and_base_leave_room_on_the_scan_page() -> None:
    assert sum((CSS / name).stat().st_size for name in ("tokens.css", "base.css")) <= SCAN_PAGE_SHARE


def test_no_stylesheet_waits_for_another() -> None:
    assert [path.name for path in CSS.rglob("*.css") if "@import" in path.read_text(encoding="utf-8")] == []
