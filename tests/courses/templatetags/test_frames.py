"""Frames around content: table, filters, dialog, field, pager."""

from bs4 import BeautifulSoup
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template

from courses.templatetags.frames import field_input, pager_numbers


class Person(forms.Form):
    mobile = forms.CharField(label="手机号", help_text="用来接收验证码")
    note = forms.CharField(label="备注", required=False)


def page(source: str, **values: object) -> BeautifulSoup:
    return BeautifulSoup(Template("{% load frames %}" + source).render(Context(values)), "lxml")


def test_a_table_scrolls_inside_itself_and_has_a_name() -> None:
    soup = page('{% scroll_table caption="区市" %}<tbody><tr><td>1</td></tr></tbody>{% endscroll_table %}')
    region = soup.select_one("div[role=region]")
    assert region is not None
    assert (region["tabindex"], region["aria-label"]) == ("0", "区市")
    assert soup.caption is not None
    assert soup.caption.get_text() == "区市"


def test_filters_are_a_form_that_gets() -> None:
    soup = page('{% filter_bar clear="/all/" %}<input name="q">{% endfilter_bar %}')
    assert soup.form is not None
    assert soup.form["method"] == "get"
    assert [link["href"] for link in soup.select("a")] == ["/all/"]


def test_a_dialog_is_named_by_its_title() -> None:
    dialog = page('{% dialog "leave" "退出" %}<p>1</p>{% enddialog %}').dialog
    assert dialog is not None
    assert dialog["aria-labelledby"] == "leave-title"


def test_a_wrong_field_says_so_to_the_reader_of_the_page() -> None:
    control = BeautifulSoup(field_input(Person({})["mobile"], autocomplete="tel"), "lxml").input
    assert control is not None
    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"] == "id_mobile-hint id_mobile-error"
    assert control["autocomplete"] == "tel"


def test_a_right_field_without_hint_describes_nothing() -> None:
    control = BeautifulSoup(field_input(Person({"mobile": "1"})["note"], width="s"), "lxml").input
    assert control is not None
    assert control["class"] == ["input", "input-s"]
    assert not {"aria-describedby", "aria-invalid", "autocomplete"} & set(control.attrs)


def test_the_pager_leaves_numbers_out_in_the_middle() -> None:
    assert pager_numbers(Paginator(range(240), 20).page(6)) == [1, None, 5, 6, 7, None, 12]
