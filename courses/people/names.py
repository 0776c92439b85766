"""Whether two names are one, or nearly: as people write them, and as a pen or an input method slips."""

import unicodedata

BETWEEN = frozenset("·•・.‧-")
# Forms that stand in registers and old documents, each before that of the standard list (通用规范汉字表).
PAIRS = (
    "張张 劉刘 陳陈 楊杨 趙赵 黃黄 吳吴 孫孙 馬马 鄭郑 謝谢 韓韩 馮冯 許许 鄧邓 蕭萧 葉叶 呂吕 蘇苏 盧卢 蔣蒋 "
    "賈贾 餘余 閻阎 譚谭 陸陆 鄒邹 龍龙 萬万 湯汤 賀贺 賴赖 龔龚 顧顾 龐庞 蘭兰 鮑鲍 齊齐 莊庄 顏颜 聶聂 嚴严 "
    "溫温 蘆芦 駱骆 寧宁 婁娄 衛卫 喬乔 畢毕 關关 單单 樂乐 應应 郟郏 閔闵 凱凯 強强 偉伟 靜静 艷艳 傑杰 麗丽 "
    "軍军 華华 國国 榮荣 蓮莲 鳳凤 鵬鹏 飛飞 嬌娇 瓊琼 瑩莹 瑋玮 琿珲 曉晓 東东 興兴 義义 禮礼 誠诚 謙谦 賢贤 "
    "學学 勝胜 慶庆 廣广 億亿 澤泽 濤涛 潔洁 濱滨 瀾澜 燁烨 煒炜 燦灿 爾尔 環环 現现 蘊蕴 藝艺 茲兹 薈荟 薔蔷 "
    "薩萨 薦荐 蘋苹 藍蓝 萊莱 葦苇 芻刍 雲云 霽霁 霧雾 靈灵 韻韵 頌颂 領领 頤颐 顯显 風风 駿骏 驍骁 驥骥 鴻鸿 "
    "鶴鹤 鷹鹰 麥麦 黨党 齡龄 龜龟 輝辉 進进 遠远 達达 鄉乡 銀银 鋼钢 鋒锋 錦锦 鎮镇 鐵铁 長长 門门 闊阔 陽阳 "
    "陰阴 維维 綱纲 純纯 紅红 紀纪 紹绍 經经 緯纬 緒绪 練练 綺绮 續续 纓缨 羅罗 翹翘 聖圣 聰聪 肅肃 臨临 舉举 "
    "蒼苍 視视 親亲 覺觉 觀观 詩诗 論论 諾诺 讓让 豐丰 貝贝 貞贞 財财 貴贵 賓宾 賜赐 質质 賽赛 贊赞 峯峰 羣群 "
    "昇升 戶户 內内 俁俣 淨净 眞真 巖岩 棲栖 箇个 鉅巨 媯妫 嬋婵 婭娅 嬡嫒 孿孪 寶宝 實实 審审 嶺岭 嶽岳 巒峦 "
    "帥帅 師师 帶带 幹干 庫库 彌弥 彙汇 愛爱 懷怀 戰战 戲戏 釗钊 鈺钰 煥焕 棟栋 樺桦 楓枫 傳传 儉俭 發发 愷恺 "
    "憶忆 滿满 漢汉 瀅滢 獻献 瑤瑶 璽玺 碩硕 禎祯 穎颖 簡简 紋纹 綿绵 緣缘 繡绣 繼继 習习 臺台 蓀荪 蕓芸 衆众 "
    "訓训 詠咏 誼谊 護护 貽贻 軒轩 輔辅 邁迈 鄔邬 鐘钟 閏闰 閣阁 雙双 韋韦 頡颉 騰腾 鮮鲜 鷗鸥 鋭锐 錚铮 鈞钧 "
    "銘铭 鑄铸 鍾钟 陞升 𠮷吉 錢钱 選选 運运"
)
VARIANTS = str.maketrans({pair[0]: pair[1] for pair in PAIRS.split()})


def same_name(one: str, other: str) -> bool:
    """Spaces, dots between the parts of a name, width, case and invisible marks are written in many ways."""
    return _bare(one) == _bare(other)


def near_name(one: str, other: str) -> bool:
    """Another form of a character, or one character of two or more that is off, missing or too many: a slip of the pen
    rather than another person. It is asked about and never taken for granted."""
    a, b = sorted((_bare(one).translate(VARIANTS), _bare(other).translate(VARIANTS)), key=len)
    if a == b:
        return True
    if len(a) < 2 or len(b) - len(a) > 1:
        return False
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    return any(b[:place] + b[place + 1 :] == a for place in range(len(b)))


def _bare(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in text if c not in BETWEEN and not c.isspace() and unicodedata.category(c) != "Cf")
