"""One letter for one letter: full-width signs become plain ones, and no offset moves."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_FROM = (
    "０１２３４５６７８９％﹪．－﹣−～〜∼＋／（）［］＜＞：；＝"
    "\u3000\u00a0\u2002\u2003\u2009\u202f∶\r\v\f\x85\u2028\u2029"
)
_TO = "0123456789%%.---~~~+/()[]<>:;=      :\n\n\n\n\n\n"

#: Traditional signs that numbers, units and the words of reports have, one for one.
_TRADITIONAL = (
    "萬億個項戶畝噸達長過餘約產業術總數額區縣國發務資經濟電車輛條間場鎮鄉園對組類種門領辦處從爭實現確標劃規點兩幾於與為無後開關動進運輸學網級質員貿貨創驅環節減農漁財稅險療醫藥衛體覽館藝計統調穩擁備顯畫際陸"
    "續協議簽認證貸銀歲歷擊養護當遠僅佔會價漲糧費們來時這見頭機問題應該將強單礎較織選獲評優準線鐵載聯團視戰範圍營檢測練習結構轉換號寶樓橋隊陽陰陝鄭濱灣島嶺廣東臺樣樹權難雙響須頻顆風飛馬驗魚鷹麥黃齊齡龍傳儲"
    "兒內冊凍劇勞勢勝匯參報塊壓壯奪奮婦孫寧寬審寫導專屆屬帶幣幫廠廢張彈復徵愛慶憂懷擇據擔擬擾擴攜敗斷舊暢曉書棟榮樂歐殘氣決沒況淨溫滿漢潔濕災煉煙熱燈燒獎獨畢異盡監盤碼禮積稱窮築簡籤紀紅純細終絕給緊綠維綱緒"
    "縮績繼罰職聲聽臨興舉艱莊葉蓋藍蘇蘭補製覺觀訂訓記設許訴診詳語誠說課談請論諸謀講謝讓豐負貢貧貫責貴買賀賓賞賣購賽趕趨跡軌軍軟輕輔輪轄連遊適遲遷遺郵釋針鋼錄錢鍵鏈鎖鑄閉隨隱離雜雲靈靜頂順預頒顧飲駐鮮鹽"
)
_SIMPLE = (
    "万亿个项户亩吨达长过余约产业术总数额区县国发务资经济电车辆条间场镇乡园对组类种门领办处从争实现确标划规点两几于与为无后开关动进运输学网级质员贸货创驱环节减农渔财税险疗医药卫体览馆艺计统调稳拥备显画际陆"
    "续协议签认证贷银岁历击养护当远仅占会价涨粮费们来时这见头机问题应该将强单础较织选获评优准线铁载联团视战范围营检测练习结构转换号宝楼桥队阳阴陕郑滨湾岛岭广东台样树权难双响须频颗风飞马验鱼鹰麦黄齐龄龙传储"
    "儿内册冻剧劳势胜汇参报块压壮夺奋妇孙宁宽审写导专届属带币帮厂废张弹复征爱庆忧怀择据担拟扰扩携败断旧畅晓书栋荣乐欧残气决没况净温满汉洁湿灾炼烟热灯烧奖独毕异尽监盘码礼积称穷筑简签纪红纯细终绝给紧绿维纲绪"
    "缩绩继罚职声听临兴举艰庄叶盖蓝苏兰补制觉观订训记设许诉诊详语诚说课谈请论诸谋讲谢让丰负贡贫贯责贵买贺宾赏卖购赛赶趋迹轨军软轻辅轮辖连游适迟迁遗邮释针钢录钱键链锁铸闭随隐离杂云灵静顶顺预颁顾饮驻鲜盐"
)
_PLAIN = str.maketrans(_FROM + _TRADITIONAL, _TO + _SIMPLE)

#: What ends a sentence; a line end does, too.
STOP = "。！？!?；;\n\r"

_PAIRS = re.compile(
    r"《[^《》\n]{1,80}》|“[^“”\n]{1,60}”|‘[^‘’\n]{1,60}’|「[^「」\n]{1,60}」|\"[^\"\n]{1,60}\""
)


def plain(text: str) -> str:
    """Return a text with plain digits, brackets, blanks and line ends, as long as it was.

    Examples
    --------
    >>> plain("增长５．５％（预计）")
    '增长5.5%(预计)'
    >>> plain("高新技術企業達1.2萬家")
    '高新技术企业达1.2万家'
    """
    return text.translate(_PLAIN)


#: A blank beside a figure or Latin letter is the typesetter's: 2025 年, 增长 5.5 %.
_BLANK = re.compile(r"(?<=[0-9A-Za-z%.])[ \t]+(?=[^\s0-9A-Za-z(])|(?<=[^\s0-9A-Za-z)])[ \t]+(?=[0-9])")


#: A title that is spaced out: 政 府 工 作 报 告.
_SPACED = re.compile(r"(?<!\S)(?:[\u4e00-\u9fff][ \t]{1,3}){3,}[\u4e00-\u9fff](?!\S)")

#: A text is broken into lines of one length if so many of its lines are nearly as long as the longest, and
#: those are no whole paragraphs.
_FULL, _MOST, _WIDEST, _FEWEST = 0.85, 0.5, 90, 12
_CLOSED = re.compile(r"[。！？；：:!?;]\s*$")


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A plain text without blanks beside figures and line ends within sentences, and where each sign stood.

    Parameters
    ----------
    text : str
    places : sequence of int
        One for each character; empty where nothing was left out.
    """

    text: str
    places: Sequence[int] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the squeezed text stood."""
        return (self.places[start], self.places[end - 1] + 1) if self.places else (start, end)


def squeezed(text: str) -> Squeezed:
    """Return a plain text without the blanks beside figures and line ends within sentences.

    Examples
    --------
    >>> found = squeezed("增长 5.5 % 左右")
    >>> found.text, found.span(2, 8)
    ('增长5.5%左右', (3, 11))
    """
    kept: list[str] = []
    places: list[int] = []
    at = 0
    for start, end in _left_out(text):
        if start < at:
            continue
        kept.append(text[at:start])
        places.extend(range(at, start))
        at = end
    if not kept:
        return Squeezed(text)
    kept.append(text[at:])
    places.extend(range(at, len(text)))
    return Squeezed("".join(kept), places)


def _left_out(text: str) -> list[tuple[int, int]]:
    """Return the places of blanks and line ends that say nothing."""
    spans = [match.span() for match in _BLANK.finditer(text)]
    for title in _SPACED.finditer(text):
        spans += [
            (title.start() + m.start(), title.start() + m.end()) for m in re.finditer(r"[ \t]+", title[0])
        ]
    return sorted(spans + _broken_lines(text))


def _broken_lines(text: str) -> list[tuple[int, int]]:
    r"""Return the line ends within sentences, where a text was broken into lines of one length.

    Examples
    --------
    >>> _broken_lines("全市生产总值增长百分之五，城镇\n" * 20 + "完。")[:2]
    [(15, 16), (31, 32)]
    >>> _broken_lines("新建学校12所。\n" * 20)
    []
    """
    lines = text.split("\n")
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    if len(lengths) < _FEWEST:
        return []
    width = lengths[int(0.9 * (len(lengths) - 1))]
    full = sum(length >= _FULL * width for length in lengths)
    if width > _WIDEST or full < _MOST * len(lengths):
        return []
    spans: list[tuple[int, int]] = []
    end = 0
    for line, after in pairwise(lines):
        end += len(line) + 1
        if len(line.strip()) >= _FULL * width and not _CLOSED.search(line) and after.strip():
            indent = len(after) - len(after.lstrip())
            spans.append((end - 1 - (len(line) - len(line.rstrip())), end + indent))
    return spans


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each sentence; a semicolon and a line end close one, too."""
    start = 0
    for found in re.finditer(f"[{STOP}]+", text):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < len(text):
        yield start, len(text)


def quoted(text: str) -> list[tuple[int, int, str]]:
    """Return what stands in quotation marks or is a title: start, end, and the opening sign."""
    return [(m.start(), m.end(), m.group()[0]) for m in _PAIRS.finditer(text)]
