"""What every number of policy is called, in which unit it is counted, and beside which others it is shown."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MINUTES, HOURS, DAYS, PERCENT, PEOPLE, SECONDS = _("分钟"), _("小时"), _("天"), "%", _("人"), _("秒")
WORKING_DAYS, LESSON_HOURS, CARDS, YEARS, POINTS, TIMES = (
    _("个工作日"), _("学时"), _("张牌"), _("年"), _("分"), _("次"),
)  # fmt: skip
MEGABYTES, FILES, LESSONS, UNITS = "MB", _("份"), _("次课"), _("人次")


class Name(NamedTuple):
    words: str | Promise
    unit: str | Promise = ""


GROUPS: tuple[tuple[str | Promise, dict[str, Name]], ...] = (
    (
        _("计数和进度"),
        {
            "count_date": Name(_("按哪一天归入年度和月份")),
            "entrepreneurship_in_skills": Name(_("创业培训也计入技能目标")),
            "counts_as": Name(_("各类培训计入哪条目标线")),
            "counted_per_year": Name(_("一人一年最多计入，0 为不限"), UNITS),
            "pace_yellow": Name(_("低于序时应到的多少算偏慢"), PERCENT),
            "pace_red": Name(_("低于序时应到的多少算滞后"), PERCENT),
            "small_number": Name(_("公开数字里少于多少不显示"), UNITS),
            "approval_undo_minutes": Name(_("批量批准后多久计数，此前可撤回"), MINUTES),
            "sample_share": Name(_("市级抽查结业的比例"), PERCENT),
        },
    ),
    (
        _("结业和考核"),
        {
            "completion_ratio": Name(_("结业要到课的学时比例"), PERCENT),
            "pass_mark": Name(_("成绩合格线"), POINTS),
            "assessments": Name(_("各类培训要哪些成绩和成果")),
            "certificate_years": Name(_("各类证书的有效年数，不列为长期")),
            "makeup_counts": Name(_("到别的班补的课算数")),
            "callback_share": Name(_("电话回访的比例"), PERCENT),
            "follow_up_months": Name(_("结业后第几个月跟踪")),
            "follow_up_days": Name(_("最后一次跟踪开放多久"), DAYS),
        },
    ),
    (
        _("开班"),
        {
            "hour_minutes": Name(_("一学时是多少分钟"), MINUTES),
            "day_hours_max": Name(_("一天最多上多少学时"), LESSON_HOURS),
            "theory_share_min": Name(_("理论学时至少占"), PERCENT),
            "practice_share_min": Name(_("实操学时至少占"), PERCENT),
            "size_min": Name(_("班额下限"), PEOPLE),
            "size_entrepreneurship": Name(_("创业培训班额上限"), PEOPLE),
            "size_skills": Name(_("技能培训班额上限"), PEOPLE),
            "trainers_entrepreneurship": Name(_("创业培训至少几名教师"), PEOPLE),
            "submit_lead_days": Name(_("开班前至少提前多久提交"), WORKING_DAYS),
            "correction_days": Name(_("退回后多久内重新提交，仍从首次提交算提前"), WORKING_DAYS),
            "review_days": Name(_("审核开班和结业的期限"), WORKING_DAYS),
            "travel_minutes": Name(_("同一区市两处场地之间的路程"), MINUTES),
            "travel_minutes_far": Name(_("不同区市两处场地之间的路程"), MINUTES),
            "cards_red_block": Name(_("一年几张红牌停办"), CARDS),
            "cards_yellow_block": Name(_("一年几张黄牌停办"), CARDS),
            "card_objection_days": Name(_("对红黄牌申辩的期限"), WORKING_DAYS),
        },
    ),
    (
        _("开班检查"),
        {
            "check_hours": Name(_("总学时与批准学时一致")),
            "check_min_hours": Name(_("不少于最低学时")),
            "check_day_hours": Name(_("每天学时不超过上限")),
            "check_shares": Name(_("理论和实操比例")),
            "check_size": Name(_("班额不超过上限")),
            "check_size_min": Name(_("班额不低于下限")),
            "check_trainers": Name(_("教师人数")),
            "check_lead": Name(_("提前提交")),
            "check_begun": Name(_("首次课还没有开始")),
            "check_overlap": Name(_("本班课次不重叠")),
            "check_room_clash": Name(_("教室不冲突")),
            "check_trainer_clash": Name(_("教师不冲突")),
            "check_learner_clash": Name(_("学员不冲突")),
            "check_trade": Name(_("职业等级或培训类型已登记")),
            "check_cards": Name(_("机构没有因红黄牌暂停开班")),
            "check_project": Name(_("项目计划人数没有用完")),
            "check_institution": Name(_("机构状态正常")),
            "check_district": Name(_("区市与上课地点一致")),
            "check_capacity": Name(_("场地容纳得下")),
            "check_certificates": Name(_("教师在备案里，证书有效")),
        },
    ),
    (
        _("报名和录取"),
        {
            "age_min": Name(_("最低年龄"), _("岁")),
            "ages": Name(_("另有年龄范围的培训类型，两端都算")),
            "retirement_ages": Name(_("退休年龄，1 为男，2 为女")),
            "completions_per_year": Name(_("一年内已结业几次就提示"), TIMES),
            "categories": Name(_("只收哪些人员类别的培训类型")),
            "criteria": Name(_("报名时逐条确认的条件")),
            "eligibility": Name(_("各条报名规则：拦下、提示或不查")),
            "proof_categories": Name(_("要交证明的人员类别")),
            "proof_megabytes": Name(_("一份证明最大"), MEGABYTES),
            "proof_files": Name(_("一次最多几份证明"), FILES),
            "proof_unused_days": Name(_("没用上的证明保留多久"), DAYS),
            "application_days": Name(_("审核报名的期限"), WORKING_DAYS),
            "draft_days": Name(_("没交的报名保留多久"), DAYS),
            "counter_entry_hours": Name(_("窗口登记等本人确认多久"), HOURS),
            "offer_hours": Name(_("候补收到空位后多久内答复"), HOURS),
            "offer_wait_hours": Name(_("空位通知没能送到，最多等多久"), HOURS),
            "offer_cutoff_hours": Name(_("开班前多久不再递补"), HOURS),
            "no_show_lessons": Name(_("前几次课都没来可按未到处理"), LESSONS),
        },
    ),
    (
        _("评选"),
        {
            "selection_sheets": Name(_("评分表：代码、名称、英文名称、满分、权重")),
            "selection_gap": Name(_("两人相差多少要第三人评分"), POINTS),
            "selection_pass": Name(_("入选最低分"), POINTS),
            "public_notice_days": Name(_("公示多久"), WORKING_DAYS),
        },
    ),
    (
        _("签到和考勤"),
        {
            "qr_step_seconds": Name(_("签到码多久换一次"), SECONDS),
            "qr_steps_back": Name(_("还认此前几个签到码")),
            "ticket_minutes": Name(_("扫码后多久内完成登录"), MINUTES),
            "checkin_opens_minutes": Name(_("上课前多久开始签到"), MINUTES),
            "checkin_present_minutes": Name(_("上课后多久内签到不算迟到"), MINUTES),
            "checkout_required": Name(_("要签退")),
            "checkout_opens_minutes": Name(_("下课前多久开始签退"), MINUTES),
            "checkout_closes_minutes": Name(_("下课后多久停止签退"), MINUTES),
            "undo_seconds": Name(_("「不是我」多久内可按"), SECONDS),
            "manual_share_flag": Name(_("手工登记超过多少就提示"), PERCENT),
            "late_addition_hours": Name(_("下课后多久内可补签"), HOURS),
            "leave_late_days": Name(_("课后多久内可补请假"), DAYS),
            "dispute_days": Name(_("课后多久内可提异议"), DAYS),
            "dispute_answer_days": Name(_("答复异议的期限"), DAYS),
            "class_yellow": Name(_("班级到课率低于多少出示黄牌"), PERCENT),
            "class_red": Name(_("班级到课率低于多少出示红牌"), PERCENT),
            "second_scan_share": Name(_("请老师再扫一次的学员比例"), PERCENT),
            "personal_fresh_seconds": Name(_("个人码多久内有效"), SECONDS),
            "personal_skew_minutes": Name(_("手机时钟最多差多少"), MINUTES),
            "kiosk_hours": Name(_("签到台一次开多久"), HOURS),
            "kit_hand_hours": Name(_("没有网络的记录下课后多久内交上"), HOURS),
            "scan_photo_megabytes": Name(_("签到码照片最大"), MEGABYTES),
        },
    ),
    (
        _("抽点和提示"),
        {
            "rollcall_minutes": Name(_("抽点答复多久"), MINUTES),
            "rollcall_pictures": Name(_("抽点给几张图选")),
            "rollcall_tries": Name(_("抽点可选几次"), TIMES),
            "rollcall_suggest": Name(_("提示老师抽点")),
            "headcount_minutes": Name(_("清点人数多久内填完"), MINUTES),
            "signals": Name(_("待看事项的界限")),
            "holds": Name(_("没有看过就不能批准结业的事项")),
        },
    ),
    (
        _("账号和保存期限"),
        {
            "device_days": Name(_("浏览器绑定多久"), DAYS),
            "devices_most": Name(_("一人最多绑定几个浏览器")),
            "device_changes_a_day": Name(_("一天最多换几个浏览器")),
            "phone_rest_days": Name(_("手机号多久没用要另行核实"), DAYS),
            "reveals_a_day": Name(_("一人一天最多查看几个完整号码"), PEOPLE),
            "judged_shown_days": Name(_("评审专家评过的成果还能看多久"), DAYS),
            "erasure_days": Name(_("办理个人信息注销的期限"), WORKING_DAYS),
            "file_years": Name(_("班级档案保留多久"), YEARS),
            "roster_file_days": Name(_("导入的名单文件保留多久"), DAYS),
            "export_hours": Name(_("导出的文件保留多久"), HOURS),
        },
    ),
)  # fmt: skip

NAMES: dict[str, Name] = {key: name for _group, names in GROUPS for key, name in names.items()}


def name_of(key: str) -> Name:
    """Of a number that is nested in another: the name of that one. What nobody has named is called by its key."""
    return NAMES.get(key.split(".", maxsplit=1)[0], Name(key))
