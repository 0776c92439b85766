"""Templates: nothing inline, none without a use."""

import re
from pathlib import Path

import pytest

from tests.architecture.trees import PACKAGES, ROOT, modules, templates

INLINE = {
    "a style attribute": re.compile(r"<[^<>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(
        r"<script\b(?![^>]*\b(?:src=|type=\"application/(?:json|ld\+json)\"))", re.IGNORECASE
    ),
    "an event attribute": re.compile(r"<[^<>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "another host": re.compile(
        r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*(?:src|href)=[\"'](?:https?:)?//"
    ),
}
# Django's tags may hold < and >; they are not markup.
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
# Looked up by a framework under a fixed name.
FRAMEWORK_NAMES = re.compile(r"^(?:\d{3}\.html|account/|mfa/|allauth/|wagtailadmin/|wagtailsnippets/|csp/)")
# Looked up under a name put together at run time: folder → the name's expression in the source.
BUILT_NAMES: dict[str, str] = {"errors/": "errors/{status}.html"}


def faults(text: str) -> list[str]:
    bare = TAG.sub("", text)
    return [what for what, pattern in INLINE.items() if pattern.search(bare)]


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return "/".join(parts[parts.index("templates") + 1 :]) if "templates" in parts else path.name


def test_nothing_is_inline_and_nothing_comes_from_another_host() -> None:
    found = {str(path.relative_to(ROOT)): wrong for path in templates() if (wrong := faults(path.read_text("utf-8")))}
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color:red">',
        "<STYLE>p{}</STYLE>",
        "<script>go()</script>",
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        '<script src="https://example.com/x.js"></script>',
    ],
)
def test_the_inline_test_has_teeth(text: str) -> None:
    assert len(faults(text)) >= 1


@pytest.mark.parametrize(
    "text",
    [
        '<script src="{% static "js/wall.js" %}" defer></script>',
        '<script type="application/json" id="x">{}</script>',
        '<p class="onboarding" data-on="x">{% if a > b %}x{% endif %}</p>',
    ],
)
def test_plain_markup_is_left_alone(text: str) -> None:
    assert faults(text) == []


def test_every_template_is_used() -> None:
    sources = [path.read_text("utf-8") for package in PACKAGES for path in modules(package)]
    sources += [path.read_text("utf-8") for path in (*templates(), *(ROOT / "templates").rglob("*.txt"))]
    everything = "\n".join(sources)
    unused = []
    for path in templates():
        name = name_of(path)
        built = any(name.startswith(folder) and how in everything for folder, how in BUILT_NAMES.items())
        page = name.startswith("cms/") and f"class {path.stem.title().replace('_', '')}(" in everything
        if not (name in everything or built or page or FRAMEWORK_NAMES.match(name)):
            unused.append(name)
    assert unused == []
