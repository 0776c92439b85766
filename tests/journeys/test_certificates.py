"""A certificate printed on the desk is scanned off the page and checked: nothing is typed."""

import io

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.journeys import certificates
from tests.journeys.city import City

pytestmark = pytest.mark.browser


def test_the_code_on_the_sheet_leads_to_the_green_answer(city: City, browser: Browser) -> None:
    number, class_number = certificates.held(city)
    desk = browser.new_context(viewport={"width": 1280, "height": 900}, device_scale_factor=3).new_page()
    desk.goto(f"{city.address}/demo/")
    desk.locator("form:has(input[value=demo-city]) button").click()
    desk.goto(f"{city.address}/desk/class/{class_number}/certificates/")
    desk.locator(f"form:has(input[value='{number}']) button", has_text="打印").click()
    sheet = desk.locator("svg.certificate")
    expect(sheet).to_have_count(1)
    [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(sheet.screenshot())))
    address, _hash, signed = code.text.partition("#")
    assert address.endswith(f"/verify/{number}")
    phone = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    phone.goto(f"{city.address}/verify/{number}#{signed}")
    expect(phone.locator("h1")).to_have_text("证书真实有效")
    assert "#" not in phone.url
    phone.goto("about:blank")
    phone.goto(f"{city.address}/verify/{number}#{signed[:-9]}AAAAAAAAA")
    expect(phone.locator(".verify-missing")).to_contain_text("签名不是我们的")
