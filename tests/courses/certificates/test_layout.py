"""Whatever is printed stays on the sheet and out of each other's way, however long; what cannot is refused by name."""

import pytest

from courses.certificates.layout import MEASURE, PAGE_WIDTH, RIGHT, TITLE_X, LayoutRefused, lay_out
from courses.certificates.typeface import width

SNAPSHOT = {
    "layout": 1, "number": "02F202600017K7QM2XA", "title": "培训合格证书", "authority": "烟台市人力资源和社会保障局",
    "name": "王小强", "document_kind": "居民身份证", "document": "37*************234", "starts_on": "2026-08-24",
    "ends_on": "2026-09-25", "course": "中式烹调师（四级）", "programme": "职业技能培训", "hours": 36, "result": "考核合格",
    "institution": "市技师学院", "issued_on": "2026-09-28", "expires_on": "",
}  # fmt: skip
LONG = "阿卜杜热合曼·买买提艾力·吐尔逊江·库尔班·沙吾提·艾尔肯江·古丽巴哈尔·伊力哈木江·阿卜杜外力·玉素甫江·麦麦提"


def texts(**changes: object) -> list[str]:
    return [
        line.text for line in lay_out({**SNAPSHOT, **changes}, check="58A1908B230B6672", address="px.example/verify")
    ]


@pytest.mark.parametrize("length", [1, 4, 14, 15, 25, 30, 45, 60])
def test_a_name_of_any_length_is_printed_whole(length: int) -> None:
    name = (LONG * 2)[:length]
    lines = [line for line in lay_out({**SNAPSHOT, "name": name}) if line.bold and line.y in {52.0, 60.0, 61.0}]
    assert "".join(line.text for line in lines) == name
    assert max(width(line.text, size=line.size) for line in lines) <= MEASURE


@pytest.mark.parametrize("course", ["叉车", "中式烹调师（四级）" * 8])
@pytest.mark.parametrize("institution", ["学校", "烟台市芝罘区海港职业技能培训学校" * 4])
def test_no_line_leaves_its_place_and_none_is_cut(course: str, institution: str) -> None:
    lines = lay_out({**SNAPSHOT, "course": course, "institution": institution, "expires_on": "2029-09-28"})
    for line in lines:
        long = width(line.text, size=line.size)
        start = line.x - {"start": 0, "middle": long / 2, "end": long}[line.anchor]
        assert start >= 18
        assert start + long <= (PAGE_WIDTH if line.x == TITLE_X else RIGHT) + 0.1
    told = "".join(line.text for line in lines)
    assert course in told
    assert institution in told
    assert "有效期至 2029 年 9 月 28 日" in told


@pytest.mark.parametrize("title", ["培训合格证书", "创业培训合格证书", "专项职业能力考核合格证书"])
def test_a_title_ends_above_the_seal(title: str) -> None:
    signs = [line for line in lay_out({**SNAPSHOT, "title": title}) if line.x == TITLE_X]
    assert "".join(line.text for line in signs) == title
    assert max(line.y + line.height * 0.12 for line in signs) <= 142


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"title": "证" * 40}, "证书名称"), ({"institution": "校" * 200}, "机构"), ({"course": "课" * 400}, "课程")],
)
def test_what_the_sheet_has_no_room_for_is_refused_by_name(changes: dict[str, str], field: str) -> None:
    with pytest.raises(LayoutRefused) as refused:
        lay_out({**SNAPSHOT, **changes})
    assert refused.value.field == field


def test_a_period_within_one_year_names_the_year_once() -> None:
    told = "".join(texts())
    assert "于 2026 年 8 月 24 日至 9 月 25 日参加" in told
    assert "于 2026 年 12 月 28 日至 2027 年 1 月 5 日" in "".join(texts(starts_on="2026-12-28", ends_on="2027-01-05"))
