"""Languages whose text can be recognised, and by which engine. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pdfqa.errors import InvalidRequestError

# ISO 639-1 and what tesseract calls its data for a language.
CODES = dict(
    pair.split(":")
    for pair in (
        "af:afr ar:ara az:aze be:bel bg:bul bn:ben bs:bos ca:cat cs:ces cy:cym da:dan de:deu el:ell en:eng "
        "eo:epo es:spa et:est eu:eus fa:fas fi:fin fr:fra ga:gle gl:glg gu:guj he:heb hi:hin hr:hrv hu:hun "
        "hy:hye id:ind is:isl it:ita ja:jpn ka:kat kk:kaz km:khm kn:kan ko:kor la:lat lb:ltz lo:lao lt:lit "
        "lv:lav mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya ne:nep nl:nld no:nor pa:pan pl:pol pt:por "
        "ro:ron ru:rus sa:san si:sin sk:slk sl:slv sq:sqi sr:srp sv:swe sw:swa ta:tam te:tel th:tha tl:tgl "
        "tr:tur uk:ukr ur:urd uz:uzb vi:vie yi:yid zh:chi_sim"
    ).split()
)
# What the models of the extra know: Latin letters with their common marks, Chinese and Japanese.
INSIDE = frozenset(
    "af az bs ca cs cy da de en eo es et eu fi fr ga gl hr hu id is it ja la lb lt lv ms mt nl no pl pt ro sk sl sq sv "
    "sw tl tr uz zh".split()
)
# By script, as tesseract names it: languages that are written in it, the most common first.
SCRIPTS = {
    "Arabic": "ara fas urd",
    "Armenian": "hye",
    "Bengali": "ben",
    "Cyrillic": "rus ukr bul srp bel mkd kaz mon",
    "Devanagari": "hin mar nep san",
    "Georgian": "kat",
    "Greek": "ell",
    "Gujarati": "guj",
    "Gurmukhi": "pan",
    "Hangul": "kor",
    "Hebrew": "heb yid",
    "Kannada": "kan",
    "Khmer": "khm",
    "Korean": "kor",
    "Lao": "lao",
    "Malayalam": "mal",
    "Myanmar": "mya",
    "Sinhala": "sin",
    "Tamil": "tam",
    "Telugu": "tel",
    "Thai": "tha",
}
_BACK = {long: short for short, long in CODES.items()}


def split(languages: str, extra: Iterable[str] = ()) -> list[str]:
    """Return the codes of languages as they were given: "de+en", also "deu+eng", and what else tesseract has.

    Raises:
        InvalidRequestError: One is not known.
    """
    given = [part.strip() for part in languages.replace(",", "+").split("+") if part.strip()]
    known = {*CODES, *_BACK, *extra}
    for code in given:
        if code.lower() not in known and code not in known:
            raise InvalidRequestError(
                f"ocr_lang is {languages!r}, and {code} is no language that could be recognised",
                hint=f"Give codes with + between them: {', '.join(sorted(CODES))}.",
                param="ocr_lang",
            )
    return [_BACK.get(code.lower(), code.lower() if code.lower() in known else code) for code in given]


def data_of(codes: Iterable[str]) -> list[str]:
    """Return what tesseract calls its data for languages."""
    return [CODES.get(code, code) for code in codes]
