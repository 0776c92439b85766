"""Why a file is not made."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class ExportRefusal(StrEnum):
    PURPOSE_MISSING = "purpose_missing"
    NOT_FULL = "not_full"
    NOBODY_IN_IT = "nobody_in_it"
    FULL_IS_XLSX = "full_is_xlsx"
    UNKNOWN_KIND = "unknown_kind"
    NO_CLASS = "no_class"
    NO_LESSON = "no_lesson"
    NO_PERIOD = "no_period"
    NOT_YOURS = "not_yours"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    SAME_PERSON = "same_person"
    DECIDED = "decided"
    GONE = "gone"
    GAVE_UP = "gave_up"
    NO_DAY = "no_day"
    NOT_MONTHLY = "not_monthly"
    TWICE = "twice"
    NOT_A_WORKBOOK = "not_a_workbook"
    TOO_BIG = "too_big"
    MACROS = "macros"
    NO_NAME = "no_name"
    NO_OWN_FORM = "no_own_form"
    NO_CELL = "no_cell"
    NO_CELL_CHOSEN = "no_cell_chosen"
    CELL_TWICE = "cell_twice"
    NO_FIGURE = "no_figure"
    NO_FIGURE_CHOSEN = "no_figure_chosen"
    NOT_CUT = "not_cut"
    NOTHING_MAPPED = "nothing_mapped"
    OVERTAKEN = "overtaken"


class ExportRefused(Refused):
    sentences = {
        ExportRefusal.PURPOSE_MISSING: _("请写明用途，本次未导出。"),
        ExportRefusal.NOT_FULL: _("您不能导出完整的个人信息，本次未导出。请改选遮挡的表。"),
        ExportRefusal.NOBODY_IN_IT: _("这张表没有可以完整导出的个人信息，本次未导出。请去掉「完整」再试。"),
        ExportRefusal.FULL_IS_XLSX: _("完整的个人信息只能导出为 xlsx，本次未导出。请改选 xlsx。"),
        ExportRefusal.UNKNOWN_KIND: _("这张表没有这种格式，本次未导出。请另选格式。"),
        ExportRefusal.NO_CLASS: _("没有找到这个班，本次未导出。请核对班级编号。"),
        ExportRefusal.NO_LESSON: _("这个班没有这次课，本次未导出。请核对课次。"),
        ExportRefusal.NO_PERIOD: _("请填写 2000 到 2100 年之间的年度和 1 到 12 的月份，本次未导出。"),
        ExportRefusal.NOT_YOURS: _("这张表超出您的范围，本次未导出。请改选您的区市，或请上级导出。"),
        ExportRefusal.TOO_LONG: _("这张表有 %(rows)s 行，打印页最多 %(limit)s 行，本次未导出。请改选 xlsx。"),
        ExportRefusal.TOO_MANY: _("这张表有 %(rows)s 行，xlsx 最多 %(limit)s 行，本次未导出。请改选 csv，或缩小范围。"),
        ExportRefusal.SAME_PERSON: _("须由另一人同意，未办理。请交有权限的同事办理。"),
        ExportRefusal.DECIDED: _("这次申请已经办过，未改动。请刷新后查看。"),
        ExportRefusal.GONE: _("文件已过期删除，没有下载。需要时请重新导出。"),
        ExportRefusal.GAVE_UP: _("试了 %(times)s 次都没有生成。请重新导出；再不行，请联系系统管理员。"),
        ExportRefusal.NO_DAY: _("请填写 1 到 28 之间的日期，未保存。"),
        ExportRefusal.NOT_MONTHLY: _("这张表不按月份生成，不能定期导出，未保存。请另选一张。"),
        ExportRefusal.TWICE: _("同样的定期导出已经有了，未重复保存。不用再设。"),
        ExportRefusal.NOT_A_WORKBOOK: _("这不是能读的 xlsx 工作簿，未保存。请在表格软件里另存为 xlsx 再上传。"),
        ExportRefusal.TOO_BIG: _("文件太大，未保存。请删去图片和多余的工作表，2 MB 以内再上传。"),
        ExportRefusal.MACROS: _("工作簿里有宏、外部链接或嵌入的程序，未保存。请去掉后另存为 xlsx 再上传。"),
        ExportRefusal.NO_NAME: _("请给这张表起个名字，未保存。"),
        ExportRefusal.NO_OWN_FORM: _("没有找到这张自备表，本次未导出。请刷新后再试。"),
        ExportRefusal.NO_CELL: _(
            "工作簿里没有「%(cell)s」这一格，或它是合并格里的一部分，未保存。请核对工作表和单元格。"
        ),
        ExportRefusal.NO_CELL_CHOSEN: _("还没有选哪一格，未保存。请先在表里选一格。"),
        ExportRefusal.CELL_TWICE: _("「%(cell)s」填了两次，未保存。请改成一格一个数。"),
        ExportRefusal.NO_FIGURE: _("没有这些数了：%(names)s。本次未填表。请在对应关系里改掉。"),
        ExportRefusal.NO_FIGURE_CHOSEN: _("还没有选填什么数，未保存。请先选一个数，再放进这一格。"),
        ExportRefusal.NOT_CUT: _("只有「本月人次」和「本年累计」能按类型或月份细分，未保存。请改选其中一个。"),
        ExportRefusal.NOTHING_MAPPED: _("还没有写明哪一格填哪个数，本次未填表。请先写对应关系。"),
        ExportRefusal.OVERTAKEN: _("刚刚有人改过对应关系，未保存。请刷新后再改。"),
    }
