"""What the script of the offline page says; a phone without network has nobody to ask for words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WORDS: dict[str, str | Promise] = {
    # ── Before class ──
    "before": _("上课前，先在有网络的地方准备"),
    "almost": _("还差一点"),
    "ready": _("都准备好了，没有网络也能点名"),
    "begin": _("开始准备"),
    "again": _("重新准备"),
    "preparing": _("正在准备…"),
    "unprepared": _("没有准备好。请连上网络再试一次。"),
    "good": _("好了"),
    "bad": _("要处理"),
    "fair": _("已校正"),
    "todo": _("待准备"),
    "notYet": _("请按「开始准备」。"),
    "names": _("0 人，只有学号和姓。"),
    "nobody": _("名单里还没有人。请核对班次，再重新准备。"),
    "codes": _("能认出签到码和学员卡，到 0 为止。"),
    "codesOver": _("这次课的码表已经用完。请先上传，再给下一次课准备。"),
    "clock": _("时钟准，与服务器相差 0 秒。"),
    "clockFast": _("手机时钟快 0，已按服务器的时间校正，记录照常有效。下课前请不要改时间。"),
    "clockSlow": _("手机时钟慢 0，已按服务器的时间校正，记录照常有效。下课前请不要改时间。"),
    "seconds": pgettext_lazy("kit clock", "0 秒"),
    "minutes": pgettext_lazy("kit clock", "0 分钟"),
    "clockMoved": _("手机时钟被改过。请把时间设为自动；记录上传并清除后，重新准备。"),
    "page": _("本页已存好，断网、关机后都能再打开。"),
    "pageLost": _("本页没有存好。请在有网络时按「重新准备」。"),
    "testNow": _("请试扫一次下面的试扫码，也可以手输。"),
    "tested": _("试扫成功，能扫、能记、能签名。"),
    "testBad": _("试扫没有成功。请换一个浏览器，再重新准备。"),
    "testWord": _("试扫成功"),
    # ── Scanning ──
    "prepareFirst": _("还没有准备。请先到「准备」按一下。"),
    "noCode": _("这不是签到码，也不是学员卡。请核对后再扫一次。"),
    "notKept": _("没有存下来。手机可能满了，请改用纸质签到表。"),
    "camera": _("打不开相机。请允许使用相机，或用扫码枪、手输。"),
    "word_kept": _("记下了"),
    "word_ask": _("请看一下"),
    "word_stop": _("没有记"),
    "word_done": _("已收到"),
    "kept_in": _("签到已存在手机里，有网络后上传。"),
    "kept_out": _("签退已存在手机里，有网络后上传。"),
    "again_in": _("这位学员扫过了，这一次也记下，不会重复计。"),
    "old": _("手机上的码不是刚才的。已记下，请当面看是不是本人。"),
    "unknown": _("手机认不出这个码。已记下，上传后由系统核对；认得本人的，请在名单里登记。"),
    # ── By hand ──
    "nothing": _("还没登记"),
    "reasonFirst": _("请先选原因。"),
    "as_here": pgettext_lazy("kit", "扫码签到"),
    "as_present": pgettext_lazy("kit", "到课"),
    "as_late": pgettext_lazy("kit", "迟到"),
    "as_out": pgettext_lazy("kit", "签退"),
    "as_leave": pgettext_lazy("kit", "事假"),
    "as_sick": pgettext_lazy("kit", "病假"),
    "as_absent": pgettext_lazy("kit", "缺勤"),
    # ── Handing over ──
    "online": _("有网络"),
    "offline": _("没有网络，照常登记"),
    "queued": _("待上传 0 条"),
    "allSent": _("没有待上传的"),
    "nothingYet": _("还没有记录"),
    "waiting": _("还有 0 条在手机里，等着上传"),
    "done": _("0 条都有回执了"),
    "state_queued": _("待上传"),
    "state_accepted": _("已收到"),
    "state_disputed": _("有争议"),
    "state_refused": _("不能计入"),
    "somebody": _("没认出的人"),
    "receipt": _("回执号"),
    "lost": _("没有连上服务器。记录都在手机里，有网络后自动再传。"),
    "asleep": _("登录已过时。记录都在手机里，请重新登录后再上传。"),
    "thisPhone": _("（本机）"),
    "gaps": _("缺第 0 号"),
    "noGaps": _("共 0 条，没有缺号"),
    "listed": _("、"),
    "comma": _("，"),
    # ── The end ──
    "left": _("这部手机里还有：记录 {entries} 条，名单 {names} 人（只有姓），设备密钥一把，离线页面一张。"),
    "leftNothing": _("这部手机里没有存这次课的东西。"),
    "wipeNotYet": _("还有 0 条没有回执，不能清除。"),
    "wiping": _("正在核对回执并清除…"),
}


def words() -> dict[str, str]:
    """In the language of the page."""
    return {key: str(text) for key, text in WORDS.items()}
