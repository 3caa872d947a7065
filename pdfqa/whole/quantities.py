"""Numbers and dates as documents write them: $4,312 million, 1.234,5 €, (87), 31 de marzo de 2024."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

import msgspec

from pdfqa import languages

_DIGITS = r"\d(?:[\d.,'’\u066b\u066c\u202f\u00a0]*\d)?"
_CURRENCY = r"(?:US|C|A|HK)?\$|[€£¥₹₽₺]|\b(?:USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD)\b"
_SCALES: dict[str, float] = {
    word: scale
    for scale, words in (
        (1e3, ("thousand thousands k tausend tsd mil miles mille milliers mila duizend mii тыс тысяч тысячи bin "
        "χιλιάδες nghìn ngàn พัน 千 हज़ार ألف آلاف")),
        (1e5, "lakh lakhs लाख"),
        (1e4, "万 萬 หมื่น"),
        (1e6, ("million millions mn mio m millionen millones millón millions milioni milione milhões milhão miljoen "
        "milioane milion млн миллион миллиона миллионов milyon εκατομμύρια εκατομμυρίων triệu ล้าน 百万 مليون ملايين")),
        (1e7, "crore crores करोड़"),
        (1e8, "亿 億"),
        (1e9, ("billion billions bn b mrd milliarde milliarden milliard milliards miliardi miliardo miljard miliarde "
        "млрд миллиард миллиарда миллиардов milyar δισεκατομμύρια tỷ مليار अरब")),
        (1e12, "trillion trillions billón billones billionen trn tn"),
    )
    for word in words.split()
}  # fmt: skip
_WIDE = ("百万", "千", "万", "萬", "亿", "億", "ล้าน", "พัน", "หมื่น")
_LONG_BILLIONS = {"de": {"billion": 1e12}, "es": {"mil millones": 1e9}}
_UNIT = r"%|‰|percent(?:age points?)?|per cent|prozent|por ciento|pour cent|percento|процент\w*|basis points"

_SHARES = re.compile(_UNIT)
_SAME = {
    "$": ("$", "us$", "usd", "dollar", "dollars"),
    "€": ("€", "eur", "euro", "euros"),
    "£": ("£", "gbp", "pound", "pounds"),
    "¥": ("¥", "jpy", "cny"),
    "₹": ("₹", "inr"),
}
_MONTHS: dict[str, int] = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
        "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
        (
            "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου "
            "δεκεμβρίου"
        ),
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
        "जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
        "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    )
    for number, name in enumerate(names.split(), start=1)
} | {"sept": 9, "setiembre": 9, "jän": 1, "märz": 3}
_MONTH_FIRST = frozenset(("en",))  # 03/04/2024 is in March
_THAI_YEARS = 543


class Number(msgspec.Struct, frozen=True):
    """A number in a text: what is written, its value, and its unit (a currency, %, or "").

    `scaled` says that a scale stands with it, as in "4.3 billion", which the value is told with.
    """

    text: str
    value: float
    unit: str
    start: int
    scaled: bool = False


def numbers(text: str, language: str) -> Iterator[Number]:
    """Yield the numbers of a text, each with its scale and unit; years and what belongs to dates among them."""
    for match in _number().finditer(text):
        terms = languages.analyzer(language).terms(match["digits"])
        if len(terms) != 1:
            continue
        try:
            value = float(terms[0])
        except ValueError:
            continue
        scale = (match["scale"] or match["wide"] or "").casefold().strip(". ")
        currency = match["before"] or match["currency"]
        if len(scale) == 1 and scale.isascii() and not currency:  # 5 m are metres, and 10-K is a form
            scale = ""
        value *= _LONG_BILLIONS.get(language, {}).get(scale) or _scale(scale)
        negative = match["minus"] or (match["open"] and match["close"])
        written = match.group().strip() if negative else match.group().strip("() ")
        value = -value if negative else value
        start = match.start() + match.group().index(written)
        yield Number(written, value, _unit(currency or match["after"] or ""), start, bool(scale))


def _unit(written: str) -> str:
    """Return a unit in one form, however it is written."""
    plain = written.strip().casefold()
    return next((name for name, forms in _SAME.items() if plain in forms), "%" if _SHARES.fullmatch(plain) else plain)


def _scale(word: str) -> float:
    if word.startswith("mil mill"):
        return 1e9
    return _SCALES.get(word, 1.0)


def scale_of(text: str) -> float:
    """Return what the values are counted in that a heading or a label says: "in millions", "(miles de euros)"."""
    found = _counted().search(text)
    return _SCALES.get(found[1].casefold(), 1.0) if found else 1.0


def dates(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield the days of a text, each as it is written and in ISO's form; months and years alone are none."""
    for match in _date().finditer(text):
        written = match.group().strip()
        iso = _iso(match, language)
        if iso:
            yield written, iso


def _iso(match: re.Match[str], language: str) -> str:
    parts = match.groupdict()
    if parts["y1"]:
        return _day(parts["y1"], parts["m1"], parts["d1"])
    if parts["y2"]:
        first, second = int(parts["a2"]), int(parts["b2"])
        month_first = (language in _MONTH_FIRST and "/" in match.group() and first <= 12) or second > 12
        return _day(parts["y2"], *((first, second) if month_first else (second, first)))
    if parts["y3"]:
        return _day(parts["y3"], _MONTHS.get(parts["m3"].casefold().rstrip("."), 0), parts["d3"])
    if parts["y4"]:
        return _day(parts["y4"], _MONTHS.get(parts["m4"].casefold().rstrip("."), 0), parts["d4"])
    if parts["y5"]:
        return _day(parts["y5"], parts["m5"], parts["d5"])
    return _day(parts["y6"], parts["m6"], parts["d6"])


def _day(year: object, month: object, day: object) -> str:
    number = int(str(year))
    if number < 100:
        number += 2000 if number < 70 else 1900
    if number > 2400:
        number -= _THAI_YEARS
    try:
        return date(number, int(str(month)), int(str(day))).isoformat()
    except ValueError:
        return ""


@cache
def _number() -> re.Pattern[str]:
    spoken = sorted((word for word in _SCALES if word not in _WIDE), key=len, reverse=True)
    scales, wide = "|".join(map(re.escape, spoken)), "|".join(_WIDE)
    return re.compile(
        rf"(?P<before>{_CURRENCY})?\s?(?:(?P<open>\()|(?<![\w.,])(?P<minus>[-–−]))?\s?(?P<currency>{_CURRENCY})?\s?"
        rf"(?P<digits>{_DIGITS})(?P<close>\s?\))?(?:[\s-]?(?P<scale>mil mill\w+|(?:{scales}))\b\.?|(?P<wide>{wide}))?"
        rf"(?:\s?(?:de |of )?(?P<after>{_UNIT}|{_CURRENCY}|\beuros?\b|\bdollars?\b|\bpounds?\b))?",
        re.IGNORECASE,
    )


@cache
def _counted() -> re.Pattern[str]:
    scales = "|".join(sorted((word for word in _SCALES if len(word) > 2), key=len, reverse=True))
    return re.compile(rf"(?<!\d )(?<!\d)\b({scales})\b", re.IGNORECASE)


@cache
def _date() -> re.Pattern[str]:
    word = r"[^\W\d_]{3,12}"
    return re.compile(
        r"\b(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})\b"
        r"|\b(?P<a2>\d{1,2})[-/.](?P<b2>\d{1,2})[-/.](?P<y2>\d{4}|\d{2})\b"
        rf"|\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|º)?\.?\s(?:de |of |di )?(?P<m3>{word}\.?),?\s"
        r"(?:de |del |of )?(?P<y3>\d{4})\b"
        rf"|\b(?P<m4>{word}\.?)\s(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<y4>\d{{4}})\b"
        r"|(?P<y5>\d{4})\s?年\s?(?P<m5>\d{1,2})\s?月\s?(?P<d5>\d{1,2})\s?日?"
        r"|ngày (?P<d6>\d{1,2}) tháng (?P<m6>\d{1,2}) năm (?P<y6>\d{4})",
        re.IGNORECASE,
    )
