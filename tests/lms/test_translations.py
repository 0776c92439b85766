from pathlib import Path

import polib
import pytest

from lms import translations
from lms.translations import Message, Unreadable, fault_of, from_python, from_template

PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext_lazy as worded
from django.utils import translation

A = _("报名" "成功")
B = gettext_lazy("共 %(count)d 人") % {"count": 3}
C = ngettext("%(n)d 天", "%(n)d 天们", n)
D = worded("class", "班")
E = translation.gettext("另一种写法")
F = _(A)
G = other("不译")
"""

TEMPLATE = """{% load i18n %}
{% translate "满 100%" %}{% translate "班" context "class" %}
{% blocktranslate trimmed with name=x %}
  您好，{{ name }}，
  欢迎{% endblocktranslate %}
{% blocktranslate count n=n %}{{ n }} 天{% plural %}{{ n }} 天们{% endblocktranslate %}
{{ _("空")|default:_("无") }}{# {% translate "不译" %} #}
"""


def test_sentences_of_a_module_are_found_under_every_name_of_the_call() -> None:
    assert {message for message, _ in from_python(PYTHON, "x.py")} == {
        Message("报名成功"),
        Message("共 %(count)d 人"),
        Message("%(n)d 天", plural="%(n)d 天们"),
        Message("班", context="class"),
        Message("另一种写法"),
    }


@pytest.mark.parametrize("call", ['_(f"共 {n} 人")', '_("共 " + n)', '_("共 %d 人" % n)'])
def test_a_sentence_put_together_at_run_time_is_refused(call: str) -> None:
    source = f"from django.utils.translation import gettext as _\nx = {call}\n"
    with pytest.raises(Unreadable, match=r"x\.py:2: a translated sentence must be one plain string"):
        list(from_python(source, "x.py"))


def test_sentences_of_a_template_are_found_as_django_looks_them_up() -> None:
    assert {message for message, _ in from_template(TEMPLATE, "x.html")} == {
        Message("满 100%%"),
        Message("班", context="class"),
        Message("您好，%(name)s， 欢迎"),
        Message("%(n)s 天", plural="%(n)s 天们"),
        Message("空"),
        Message("无"),
    }


def test_the_line_of_a_sentence_is_the_line_of_the_template() -> None:
    assert dict(from_template("<p>\n\n{% translate '好' %}</p>", "x.html")) == {Message("好"): 3}


@pytest.mark.parametrize(
    ("singular", "english", "fault"),
    [
        ("共 %(n)s 人", "%(n)s people", ""),
        ("%(a)s 至 %(b)s", "until %(b)s, from %(a)s", ""),
        ("共 %(n)s 人", "people", "has other placeholders ([] for ['%(n)s'])"),
        ("共 %(n)s 人", "%(m)s people", "has other placeholders (['%(m)s'] for ['%(n)s'])"),
        ("报名", "", "has no English"),
        ("报名", "  ", "has no English"),
    ],
)
def test_english_keeps_the_placeholders(singular: str, english: str, fault: str) -> None:
    assert fault_of(Message(singular), polib.POEntry(msgid=singular, msgstr=english)) == fault


def test_a_fuzzy_entry_is_a_fault() -> None:
    assert fault_of(Message("报名"), polib.POEntry(msgid="报名", msgstr="Enrol", flags=["fuzzy"])) == "is fuzzy"


def test_one_may_leave_out_its_number_and_many_may_not() -> None:
    message = Message("%(n)s 天", plural="%(n)s 天")
    good = polib.POEntry(msgid="%(n)s 天", msgid_plural="%(n)s 天", msgstr_plural={0: "one day", 1: "%(n)s days"})
    poor = polib.POEntry(msgid="%(n)s 天", msgid_plural="%(n)s 天", msgstr_plural={0: "one day", 1: "days"})
    assert fault_of(message, good) == ""
    assert fault_of(message, poor) == "has other placeholders ([] for ['%(n)s'])"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    catalogue = tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.po"
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "ENGLISH", catalogue)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text('{% translate "报名" %}{% translate "签到" %}', encoding="utf-8")
    return tmp_path


def test_a_catalogue_goes_from_missing_to_complete_to_stale(project: Path) -> None:
    assert translations.check() == [
        "templates/a.html:1: is missing: '报名'",
        "templates/a.html:1: is missing: '签到'",
    ]
    english = project / "english.json"
    english.write_text('{"报名": "Enrol", "签到": "Check in"}', encoding="utf-8")
    assert translations.merge([]) == (2, 0, 0)
    assert translations.merge([english]) == (0, 2, 0)
    assert translations.check() == []
    (project / "templates" / "a.html").write_text('{% translate "报名" %}', encoding="utf-8")
    assert [problem.partition(": ")[2] for problem in translations.check()] == ["is used nowhere: '签到'"]
    assert translations.merge([]) == (0, 0, 1)
    assert translations.check() == []


def test_a_catalogue_is_compiled_once_until_it_changes(project: Path) -> None:
    english = project / "english.json"
    english.write_text('{"报名": "Enrol", "签到": "Check in"}', encoding="utf-8")
    translations.merge([english])
    compiled = translations.compile_all()
    assert [path.name for path in compiled] == ["django.mo"]
    assert {entry.msgid: entry.msgstr for entry in polib.mofile(str(compiled[0]))} == {
        "报名": "Enrol",
        "签到": "Check in",
    }
    assert translations.compile_all() == []


def test_the_chinese_catalogue_repeats_our_own_sentences_and_keeps_its_own(project: Path) -> None:
    translations.merge([])
    chinese = project / "locale" / translations.CHINESE / "LC_MESSAGES" / "django.po"
    chinese.parent.mkdir(parents=True)
    chinese.write_text(
        'msgid ""\nmsgstr "Plural-Forms: nplurals=1; plural=0;\\n"\n\nmsgid "Add"\nmsgstr "新增"\n', "utf-8"
    )
    translations.compile_all()
    found = {entry.msgid: entry.msgstr for entry in polib.mofile(str(chinese.with_suffix(".mo")))}
    assert found == {"Add": "新增", "报名": "报名", "签到": "签到"}
