"""Mend what typesetting did to the characters: ligatures, odd spaces, hyphens at line ends."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container

# Presentation forms are letters in the costume of one font; private bullets come from symbol fonts.
_ODD = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\ufeff"
    "\u2f00-\u2fd5\uf900-\ufaff\ufb00-\ufdff\ufe70-\ufefc\ufff9-\ufffb\ufffe\uffff\uf000-\uf0ff\ud800-\udfff]"
)
# What the signs of Wingdings are at the beginning of a line, and those of Symbol elsewhere.
_BULLETS = dict(zip("\xb7\xa7\xd8\xfc\xfb\x76\xa8\x6c\x6e\x6f\x71\x75\xe0\xe8", "•▪▸✓✗❖◦●■□❑◆→➔", strict=True))
_BOXES = {"\x78": "☒", "\xfe": "☑", "\x52": "☑", "\xa3": "☐"}
_GREEK = dict(zip("abgdezhqiklmnxprstufcywGDQLXPSFYW", "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
_SYMBOLS = dict(zip("\xb1\xb0\xb3\xb4\xb9\xbb\xd7\xae\xae\xa5\xb6\xe5\xd6", "±°≥×≠≈·→→∞∂∑√", strict=True)) | _GREEK
_PRIVATE = re.compile("[\uf020-\uf0ff]+")
_LEADER_SIGNS = ("..", ". .", "__", "…", "··")
# What a text in a plain Western encoding may hold that `clean` would drop, and what `trim` would change.
_CONTROLS = bytes([*range(9), *range(14, 28), 127, 173])
_TO_TRIM = ("  ", "\t", "\x0b", "\x0c", "\xa0", *_LEADER_SIGNS)
_LEADER = re.compile(r"(?:\s?[.·…_]){4,}\s?")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NO_SPACES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x30FF),  # CJK radicals, punctuation, kana
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF),
)
_HAN = "[\u2e80-\u312f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
_SPREAD = re.compile(f"(?:{_HAN} ){{4}}{_HAN}")
_BETWEEN_HAN = re.compile(f"(?<={_HAN}) +(?={_HAN})")
_A, _AM, _CIRCLE = "\u0e32", "\u0e33", "\u0e4d"
_TONE = "([\u0e48-\u0e4b]?)"
_TOLD_AM = re.compile(f"(?:[<‹{_CIRCLE}]{_TONE}|{_TONE}[<‹{_CIRCLE}]){_AM}|{_AM}")
_TWO_SIGNS = re.compile(f"{_TONE}{_CIRCLE}{_TONE}{_A}")
_VOWELS = {"\u093e\u0947": "\u094b", "\u093e\u0948": "\u094c", "\u093e\u0945": "\u0949"}
_VOWELS |= {"\u093e\u094b": "\u094b", "\u093e\u094c": "\u094c"}
_VOWELS |= {"\u0906\u0947": "\u0913", "\u0906\u0948": "\u0914", "\u0905\u093e": "\u0906", "\u0906\u0945": "\u0911"}
_TOLD_APART = re.compile("|".join([*_VOWELS, "[\u0300-\u036f]"]))
_EITHER = frozenset("·“”‘’…—")  # stand among Chinese characters without a space, too
_LONG, _END = 20_000, 1_000  # characters of a paragraph; of its end that the next line may change
_MANY = 60  # questions after which a set of all words pays
HYPHENS = "-\u2010\u00ad"


def clean(text: str) -> str:
    """Return one line with plain letters, single plain spaces and no control characters."""
    if not (text.isascii() and text.isprintable()):
        text = " ".join(_ODD.sub(_plain, _PRIVATE.sub(_symbols, text)).split())
    return trim(text)


def tidier(text: str) -> Callable[[str], str]:
    """Return what cleans the lines of this text: `clean`, or something faster where its letters allow."""
    try:
        letters = text.encode("cp1252")
    except UnicodeEncodeError:
        if _AM in text or _CIRCLE in text:
            return thai_tidier(text)
        if _TOLD_APART.search(text):
            return _composed
        if _SPREAD.search(text):
            return _closed
        return trim if _ODD.search("".join(set(text))) is None else clean
    if len(letters.translate(None, _CONTROLS)) < len(letters):
        return clean
    return trim if any(sign in text for sign in _TO_TRIM) else str


def thai_tidier(text: str) -> Callable[[str], str]:
    """Return what cleans the lines of a Thai text and mends the vowels a and am.

    Where two letters share a glyph, some programs tell every a as am, and the circle of a real am as "<" before it:
    a text without any a shows it.
    """
    swapped = _A not in text and text.count(_AM) > 2

    def tidy(line: str) -> str:
        if swapped:
            line = _TOLD_AM.sub(lambda told: _A if told[1] is told[2] else (told[1] or told[2] or "") + _AM, line)
        return _TWO_SIGNS.sub(rf"\1\2{_AM}", clean(line))

    return tidy


def _composed(text: str) -> str:
    """Return a line with accents in their letters, and one sign for each vowel of Devanagari that is drawn with two."""
    return _TOLD_APART.sub(lambda told: _VOWELS.get(told[0], told[0]), clean(unicodedata.normalize("NFC", text)))


def _closed(text: str) -> str:
    """Return a line of Chinese or Japanese without the spaces that spread its characters."""
    text = clean(text)
    return _BETWEEN_HAN.sub("", text) if _SPREAD.search(text) else text


def trim(text: str) -> str:
    """Return one line with single plain spaces, and with leaders of dots as one sign."""
    if "  " in text or not text.isprintable() or text != text.strip():
        text = " ".join(text.split())
    if ".." in text or ". ." in text or "__" in text or "…" in text or "··" in text:
        text = _LEADER.sub(" … ", text).strip()
    return text


def _plain(match: re.Match[str]) -> str:
    char = match.group()
    if "\u2f00" <= char <= "\u2fd5" or "\uf900" <= char <= "\ufefc":
        return unicodedata.normalize("NFKC", char)
    return ""


def _symbols(match: re.Match[str]) -> str:
    """Return what the signs of a symbol font mean: alone a bullet, a box or a sign, several the letters of a font."""
    letters = "".join(chr(ord(char) - 0xF000) for char in match.group())
    sign = letters.strip()
    if len(sign) > 1 and sign.isascii():
        return letters
    first = not match.string[: match.start()].strip()
    known = _SYMBOLS | _BULLETS | _BOXES if first else _BULLETS | _SYMBOLS | _BOXES
    return "".join(known.get(char, char if char <= "~" else "") for char in letters)


class Vocabulary:
    """The words of lines in lower case, without the halves that line ends have cut.

    Most pages ask for few words: those are searched for in the text. Only after many questions a set is made.
    """

    def __init__(self, lines: list[str], cut: list[bool]) -> None:
        self._lines, self._cut = lines, cut
        self._text = ""
        self._words: set[str] | None = None
        self._asked = 0

    def __contains__(self, word: object) -> bool:
        """Return whether a word is there."""
        if self._words is not None:
            return word in self._words
        self._text = self._text or self._whole()
        self._asked += 1
        if self._asked > _MANY:
            self._words = set(self._text.split())
        return f" {word} " in self._text

    def _whole(self) -> str:
        whole = [""]
        halved = False
        for line, was_cut in zip(self._lines, self._cut, strict=True):
            rest = line.partition(" ")[2] if halved else line
            halved = was_cut or line[-1] in HYPHENS
            whole.append(rest.rpartition(" ")[0] if halved else rest)
        return " ".join([*whole, ""]).lower()


def runs_on(before: str, after: str) -> bool:
    """Return whether two lines meet without a space, as in Chinese, Japanese and Thai."""
    last, first = before[-1:], after[:1]
    return (_spaceless(last) and (_spaceless(first) or first in _EITHER)) or (last in _EITHER and _spaceless(first))


def _spaceless(char: str) -> bool:
    if not char or char < "\u0e00":
        return False
    code = ord(char)
    return code >= 0x20000 or any(low <= code <= high for low, high in _NO_SPACES)


def join_lines(lines: list[str], cut: list[bool], known: Container[str], *, hard: bool = False) -> str:
    """Return the lines of one paragraph as running text.

    Args:
        lines: The cleaned lines.
        cut: For each line, whether the reader took a hyphen from its end.
        known: The words of the surrounding pages.
        hard: Whether "-" is a part of its word at a line's end too, since words are divided by another sign.
    """
    done: list[str] = []
    text = lines[0]
    for line, was_cut in zip(lines[1:], cut, strict=False):
        if len(text) > _LONG:  # its end is all that counts, and a text that grows is copied with each line
            done.append(text[:-_END])
            text = text[-_END:]
        if not text or not line:
            text += line
        elif hard and was_cut:
            text = f"{text}-{line}"
        elif hard and text[-1] == "-":
            text += line
        elif was_cut or (text[-1] in HYPHENS and text[-2:-1].isalpha() and line[0].isalpha()):
            text = _join_hyphen(text if was_cut else text[:-1], line, known)
        elif text[-1] in "-\u2010" or (text[-1] in "/\u2013\u2014" and text[-2:-1] != " ") or runs_on(text, line):
            text += line
        else:
            text = f"{text} {line}"
    return "".join([*done, text])


def _join_hyphen(text: str, line: str, known: Container[str]) -> str:
    first = text[text.rfind(" ") + 1 :].lstrip("(\"'“‘[")
    second = _WORD.match(line)
    if second is None or not line[0].islower() or not first or first[-1].isdigit() or _ORDINAL.fullmatch(first):
        return f"{text}-{line}"
    return text + line if _one_word(first.lower(), second.group(), known) else f"{text}-{line}"


def _one_word(first: str, second: str, known: Container[str]) -> bool:
    if f"{first}-{second}" in known:
        return False
    if first + second in known:
        return True
    # Both halves are words of their own and the whole is not one: long-term, state-of-the-art.
    last = first[first.rfind("-") + 1 :]
    return not (len(last) > 1 and len(second) > 2 and last in known and second in known)
