"""All components with their states on one page, for development: made-up people and numbers, "today" is 2026-09-14."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses import dates
from courses.models import Regrade, Work
from courses.policy import CITY_TIME
from courses.web.handing_in import Version

TODAY = date(2026, 9, 14)
MONTH_ENDS = (
    (1, 31),
    (2, 28),
    (3, 31),
    (4, 30),
    (5, 31),
    (6, 30),
    (7, 31),
    (8, 31),
    (9, 30),
    (10, 31),
    (11, 30),
    (12, 31),
)
THIS_YEAR = (1480, 2310, 4980, 8120, 11270, 14580, 17020, 19770, 22146)
LAST_YEAR = (900, 1510, 3410, 6010, 8810, 12110, 14600, 17790, 21200, 25000, 28600, 31240)
DISTRICTS = (
    ("黄渤海新区", 3956, 4600, "ok", "正常", "tide", (40, 41, 46, 42, 42, 43, 37, 43)),
    ("芝罘区", 2916, 3600, "ok", "正常", "tide", (44, 44, 43, 34, 32, 36, 35, 44)),
    ("莱阳市", 1518, 2200, "slow", "偏慢", "tide", (42, 38, 39, 38, 33, 32, 40, 22)),
    ("栖霞市", 602, 1200, "late", "滞后", "wine", (30, 31, 45, 36, 36, 44, 33, 34)),
)
DEPTHS = (
    ("黄渤海新区", (5.0, 3.6, 10.1, 14.2, 14.4, 9.5, 6.6, 14.4, 8.2), "86.0"),
    ("芝罘区", (5.5, 2.8, 10.0, 8.8, 13.7, 14.6, 9.7, 7.4, 8.6), "81.0"),
    ("长岛", (2.7, 1.0, 3.9, 5.2, 3.5, 5.8, 5.7, 4.6, 5.1), "37.5"),
)

VALUE = re.compile(r"--([\w-]+): (#\w+)")
TOKENS = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
SWATCHES = (
    ("ink", "墨 ink"), ("sea", "深海 sea"), ("bohai", "渤海蓝 bohai"), ("tide", "潮青 tide"), ("pine", "松绿 pine"),
    ("wine", "酒红 wine"), ("error", "朱砂 error"), ("lamp", "灯塔黄 lamp"), ("shell", "贝壳 shell"), ("mist", "雾蓝 mist"),
    ("pine-bg", "浅松"), ("amber-bg", "浅琥珀"), ("error-bg", "浅朱"), ("rock", "岩灰 rock"),
)  # fmt: skip


class SampleForm(forms.Form):
    """Fields with every kind of control; bound with slips, so that the error states show."""

    mobile = forms.CharField(label=_("手机号"), help_text=_("用来接收验证码和开课提醒"))
    document = forms.CharField(label=_("身份证号"), help_text=_("18 位，末位可能是 X"))
    code = forms.CharField(label=_("短信验证码"), required=False)
    district = forms.ChoiceField(label=_("区市"), choices=[("zf", "芝罘区"), ("ls", "莱山区")])
    training_class = forms.ChoiceField(
        label=_("开班时间"),
        choices=[("a", _("9 月 15 日班，余 6 席")), ("b", _("9 月 21 日班，仅余 2 席"))],
        widget=forms.RadioSelect,
    )
    proof = forms.FileField(label=_("证明材料"), required=False, help_text=_("照片或 PDF，10 MB 以内"))
    note = forms.CharField(label=_("想说的话"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    consent = forms.BooleanField(label=_("我同意用身份证号核验身份"), help_text=_("只用于本次培训，您随时可以撤回"))

    def clean_document(self) -> str:
        raise forms.ValidationError(_("2 月没有 30 日，请核对第 7 至 14 位"))


def sample_form() -> SampleForm:
    return SampleForm({"mobile": "138 1234 5678", "document": "370602196802301233", "code": "470", "consent": "on"})


def cumulative(counts: tuple[int, ...], *, year: int, until: date | None = None) -> list[tuple[date, int]]:
    days = [date(year, month, day) for month, day in MONTH_ENDS[: len(counts)]]
    if until:
        days[-1] = until
    return list(zip(days, counts, strict=True))


def beads() -> list[dict[str, Any]]:
    names = ("刀工：片、丝、花刀", "整鱼出骨", "糖色与酱", "油温与挂糊")
    done = [
        {"state": "done", "number": n, "title": name, "when": "8-24", "status": "done", "word": _("已到，4 学时")}
        for n, name in enumerate(names, 1)
    ]
    done[2] |= {"state": "absent", "status": "no", "word": _("没有到课"), "url": "#", "action": _("说明原因")}
    return [
        *done,
        {"state": "next", "number": 5, "title": "火候与勺工", "when": "9-14", "word": _("今天 14:00，203 教室")},
        {"state": "coming", "number": 6, "title": "爆、熘、扒", "when": "9-16"},
        {"state": "exam", "title": _("结业考试"), "when": _("9-25 9:00，60 分合格")},
        {"state": "certificate", "title": _("培训合格证书"), "when": _("结业后在这里领取")},
        {
            "state": "certified",
            "title": _("培训合格证书"),
            "when": "10-9",
            "status": "done",
            "word": _("已发证"),
            "url": "#",
            "action": _("看我的证书"),
        },
    ]


def swatches() -> list[tuple[str, str, str, str]]:
    """Name, word, value by day, value by night where another holds: read from the stylesheet, the only place."""
    sheet = TOKENS.read_text(encoding="utf-8")
    day = dict(VALUE.findall(sheet.split(":root {")[1].split("}")[0]))
    night = dict(VALUE.findall(sheet.split("[data-theme=dark] {")[1].split("}")[0]))
    return [(key, word, day[key], night.get(key, "")) for key, word in SWATCHES]


def lists() -> dict[str, Any]:
    return {
        "tasks": [
            {"title": _("核对身份"), "url": "#", "kind": "done", "word": _("已完成")},
            {"title": _("联系方式"), "url": "#", "kind": "slow", "word": _("要改 1 处")},
            {"title": _("选班"), "url": "#", "kind": "none", "word": _("未开始")},
            {"title": _("确认提交"), "word": _("前三步完成后可填")},
        ],
        "facts": [
            {"label": _("姓名"), "value": "王*强"},
            {"label": _("身份证号"), "value": "37*************234", "url": "#", "action": _("查看")},
            {"label": _("谁可以报"), "value": _("16 至 60 周岁，在烟台就业或求职"), "note": _("户籍不限")},
        ],
        "crumbs": [(_("课程"), "#"), ("鲁菜师傅", "#")],
    }


def charts() -> dict[str, Any]:
    return {
        "this_year": cumulative(THIS_YEAR, year=2026, until=TODAY),
        "last_year": cumulative(LAST_YEAR, year=2025),
        "today": TODAY,
        "forecast": (29800, 31452, 33000),
        "districts": [
            {
                "name": n,
                "value": v,
                "target": t,
                "kind": k,
                "word": w,
                "tone": tone,
                "pace": t * 704 // 1000,
                "weeks": weeks,
            }
            for n, v, t, k, w, tone, weeks in DISTRICTS
        ],
        "depths": [
            {"name": name, "values": [*values, None, None, None], "total": total} for name, values, total in DEPTHS
        ],
        "months": [dates.month(number, short=True) for number in range(1, 13)],
    }


def regraded() -> Version:
    """A work that is in no database."""
    first, later = (datetime(2026, 9, day, 10, 30, tzinfo=CITY_TIME) for day in (8, 12))
    passed, best = Work.Grade.PASS, Work.Grade.EXCELLENT
    change = Regrade(was=passed, was_note="市场一节缺数字", grade=best, decided_at=later, reason="补交了市场调查")
    return Version(Work(grade=best, judged_at=first), changes=(change,))


def styleguide(request: HttpRequest) -> HttpResponse:
    page = Paginator(range(230), 20).page(2)
    context = {"form": sample_form(), "beads": beads(), "page": page, "today": TODAY, **lists(), **charts()}
    context["swatches"], context["regraded"] = swatches(), regraded()
    context["desk_nav"] = [
        {"url": "#", "label": _("待我办"), "badge": 12, "current": True},
        {"url": "#", "label": _("班次"), "badge": 0, "current": False},
        {"url": "#", "label": _("待看"), "badge": None, "current": False},
    ]
    context["told"] = [
        Message(constants.SUCCESS, gettext("已批准 12 人，计入 2026 年 9 月。")),
        Message(constants.INFO, gettext("名单正在生成，好了会在这里提醒。")),
        Message(constants.WARNING, gettext("有 2 人还没有签退，先请教师确认。")),
        Message(constants.ERROR, gettext("没有保存：这个班刚刚由别人批过了，请刷新。")),
    ]
    context["names"] = ("ok", "done", "slow", "wait", "none", "late", "no", "half")
    context["icons"] = (
        ("pen", _("报名")), ("scan", _("扫码")), ("cert", _("证书")), ("clock", _("时间")), ("pin", _("地点")),
        ("people", _("人数")), ("phone", _("手机")), ("call", _("电话")), ("coin", _("费用")), ("search", _("查找")),
        ("list", _("名单")), ("print", _("打印")), ("big", _("长辈")), ("user", _("本人")), ("wall", _("大屏")),
        ("bell", _("提醒")), ("eye", _("谁看过")), ("shield", _("已核")), ("bars", _("计数")), ("off", _("离线")),
        ("bag", _("携带")), ("hand", _("手工")), ("home", _("首页")), ("check", _("完成")), ("download", _("下载")),
        ("upload", _("上传")), ("calendar", _("日程")), ("lock", _("保密")), ("file", _("材料")), ("chat", _("留言")),
        ("help", _("帮助")), ("logout", _("退出")),
    )  # fmt: skip
    return render(request, "styleguide/index.html", context)
