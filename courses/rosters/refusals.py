"""Why a roster as a whole is refused; what is wrong with one cell stands in `lines.py` and `verdicts.py`."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class RosterRefusal(StrEnum):
    EMPTY_FILE = "empty_file"
    TOO_BIG = "too_big"
    TOO_BIG_UNPACKED = "too_big_unpacked"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_WIDE = "too_wide"
    NOT_A_TABLE = "not_a_table"
    WEB_PAGE = "web_page"
    PASSWORD = "password"  # noqa: S105  (a code)
    HOSTILE = "hostile"
    ENCODING = "encoding"
    NO_HEADER = "no_header"
    HEADING_MISSING = "heading_missing"
    HEADING_TWICE = "heading_twice"
    NO_ROWS = "no_rows"
    CONSENT_MISSING = "consent_missing"
    ALREADY_IMPORTED = "already_imported"
    NOT_CHECKED = "not_checked"
    HAS_PROBLEMS = "has_problems"
    NOBODY = "nobody"
    NO_SEATS = "no_seats"
    QUEUE = "queue"
    NOT_COMMITTED = "not_committed"
    STARTED = "started"
    UNKNOWN_DECISION = "unknown_decision"
    ANSWERED_SINCE = "answered_since"
    GONE = "gone"
    OF_A_GROUP = "of_a_group"


class RosterRefused(Refused):
    """Nothing was imported, nobody was enrolled."""

    sentences = {
        RosterRefusal.EMPTY_FILE: _("这个文件是空的，没有导入。请选填好的名单。"),
        RosterRefusal.TOO_BIG: _("文件超过 %(limit)s MB，没有导入。请去掉图片，或分成几个文件。"),
        RosterRefusal.TOO_BIG_UNPACKED: _("文件展开后太大，没有导入。请把名单复制到空白模板里再上传。"),
        RosterRefusal.TOO_MANY_ROWS: _("名单超过 %(limit)s 行，没有导入。请分成几个文件，每个不超过 %(limit)s 行。"),
        RosterRefusal.TOO_WIDE: _("表格超过 %(limit)s 列，没有导入。请删去右边多余的列，或使用模板。"),
        RosterRefusal.NOT_A_TABLE: _(
            "这个文件不是表格，或已损坏，没有导入。请用 Excel 或 WPS 打开，另存为 xlsx 再上传。"
        ),
        RosterRefusal.WEB_PAGE: _("这是网页格式的表格，没有导入。请用 Excel 或 WPS 打开，另存为 xlsx 再上传。"),
        RosterRefusal.PASSWORD: _("这个表格有打开密码，没有导入。请去掉密码，另存后再上传。"),
        RosterRefusal.HOSTILE: _("文件里有表格不该有的内容，没有导入。请把名单复制到空白模板里再上传。"),
        RosterRefusal.ENCODING: _("文件里的文字读不出来，没有导入。请用 Excel 或 WPS 打开，另存为 xlsx 再上传。"),
        RosterRefusal.NO_HEADER: _(
            "前 %(limit)s 行里没有找到表头，没有导入。请使用模板，表头要有「姓名」和「证件号码」。"
        ),
        RosterRefusal.HEADING_MISSING: _("表头缺少「%(names)s」，没有导入。请补上这一列，或使用模板。"),
        RosterRefusal.HEADING_TWICE: _("表头里「%(names)s」出现了两次，没有导入。请只留一列。"),
        RosterRefusal.NO_ROWS: _("表头下面没有学员，没有导入。请填好再上传。"),
        RosterRefusal.CONSENT_MISSING: _("还没有勾选「已告知学员并取得同意」，没有导入。请确认后勾选。"),
        RosterRefusal.ALREADY_IMPORTED: _("这个文件已经导入过本班（%(number)s），没有重复导入。请查看那次结果。"),
        RosterRefusal.NOT_CHECKED: _("这份名单现在是「%(status)s」，未改动。请刷新后再看。"),
        RosterRefusal.HAS_PROBLEMS: _("还有 %(count)s 行要改或要决定，没有导入。请改好后重新上传。"),
        RosterRefusal.NOBODY: _("名单里没有要新报名的人，没有导入。请核对班次和文件。"),
        RosterRefusal.NO_SEATS: _(
            "要报名 %(wanted)s 人，只剩 %(free)s 个名额，一个也没有导入。请删去 %(over)s 人，或先调整名额。"
        ),
        RosterRefusal.QUEUE: _("本班有 %(waiting)s 人候补，名额先给他们，没有导入。请先处理候补，再导入。"),
        RosterRefusal.NOT_COMMITTED: _("这份名单现在是「%(status)s」，没有可撤销的。请刷新后再看。"),
        RosterRefusal.STARTED: _("已到开课日期或已停止报名，不能整批撤销，未改动。请逐个办理退出。"),
        RosterRefusal.UNKNOWN_DECISION: _("没有这个选项，未保存。请刷新后重新选择。"),
        RosterRefusal.ANSWERED_SINCE: _("刚才有人改了对名单的决定，没有导入。请核对后再确认。"),
        RosterRefusal.OF_A_GROUP: _("这份名单属于单位团报，未改动。请到那次团报的页面办理。"),
        RosterRefusal.GONE: _("这份名单的内容已清除，不能下载。请重新上传文件。"),
    }
