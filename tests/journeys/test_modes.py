"""The eye that looks at every page: it sees what is wrong in one mode alone, and a text that it knows is known as it
looks."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.browser import PHONE, visitor
from tests.journeys.modes import MODES, faults

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><title>One</title><style>
p { color: #222; background: #fff } [data-theme=dark] p { background: #eee }
a { color: #222 } STYLE
</style><main><h1>One</h1><p>A text with <a href="#one">a link</a> in it</p><p class="other">Another text</p>
<p><i class="pale">–</i> and <i class="pale">a longer one</i></p></main>"""


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("", set()),
        ("[data-theme=dark] .other { color: #888 }", {"dark"}),
        ("[data-elder] .other { color: #bbb }", {"elder"}),
        ("@media print { .other { color: #bbb } }", {"paper"}),
        ("@media (min-width: 1000px) { .other { background: #333 } }", {"desktop", "paper"}),
        ("@media (max-width: 350px) { .other { width: 400px } }", {"small"}),
        ("[data-theme=dark] a { color: #000; text-decoration: none }", {"dark"}),
        ("[data-theme=dark] .pale { color: #888 }", {"dark"}),
        ("main { opacity: .3 }", set(MODES)),
    ],
)
def test_what_is_wrong_in_one_mode_is_found_though_the_same_text_passed_in_others(
    style: str, found: set[str], browser: Browser
) -> None:
    page = visitor(browser, size=PHONE)
    page.set_content(PAGE.replace("STYLE", style))
    told = str(faults(page, "one"))
    assert {label for label in MODES if f"({label})" in told} == found
