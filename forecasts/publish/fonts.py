"""The fonts of every page, what they can show, and subsets of them.

Two families of Chinese signs, upright and regular, set every page. What they lack of the Latin, Greek and
Cyrillic alphabets, of marks, and of raised and lowered signs comes from two families of letters. A sign
that is in none of them vanishes without an error, so it is spelled out before anything is written.
"""

import base64
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

SANS: Final = "Noto Sans SC"
SERIF: Final = "Noto Serif SC"

#: The family of letters beside each family of Chinese signs.
LETTERS: Final = {SANS: "Noto Sans", SERIF: "Noto Serif"}

#: An error message is cut after so many characters.
LONGEST: Final = 400

#: So many subsets are kept: a chart that is shown twice is cut once.
KEPT: Final = 32

#: Blanks that stay what they are; every other one becomes a plain space.
BLANKS: Final = " \u3000\u00a0"


class Face(NamedTuple):
    """A font of a page: the family it belongs to, its bytes as base64, and the signs that it is for."""

    family: str
    data: str
    signs: str = ""


@cache
def font_paths() -> dict[str, Path]:
    """Return the font file of each family."""
    from pylopdf_fonts_zh_cn import sans_path, serif_path

    def letters(package: str, name: str) -> Path:
        return Path(str(files(package) / "files" / name))

    return {
        SANS: sans_path(),
        SERIF: serif_path(),
        LETTERS[SANS]: letters("fontpkg_noto_sans", "NotoSans[wdth,wght].ttf"),
        LETTERS[SERIF]: letters("fontpkg_noto_serif", "NotoSerif[wdth,wght].ttf"),
    }


def font_directories() -> list[str]:
    """Return the folders that hold the fonts."""
    return [str(folder) for folder in dict.fromkeys(path.parent for path in font_paths().values())]


@cache
def covered(family: str) -> frozenset[int]:
    """Return the code points of a family."""
    from forecasts.publish.woff2 import face

    return frozenset(face(font_paths()[family]).unicodes)


def common_signs() -> str:
    """Return letters, marks of punctuation, and the commonest Chinese signs (the first level of GB 2312)."""
    ranges = ((0x20, 0x250), (0x2000, 0x2070), (0x2190, 0x2270), (0x3000, 0x3020), (0xFF00, 0xFF60))
    plain = "".join(chr(code) for start, end in ranges for code in range(start, end))
    rows = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return plain + b"".join(rows).decode("gb2312", "ignore")


@cache
def characters() -> frozenset[int]:
    """Return the code points that can be shown on every page, in its text and in its headings."""
    both = [covered(family) | covered(letters) for family, letters in LETTERS.items()]
    return frozenset.intersection(*both)


def missing(text: str) -> list[str]:
    """Return the characters of `text` that cannot be shown; a blank needs no glyph.

    What steers a text and has no shape of its own (direction, joining, controls) counts as missing: a reader
    must see that it is there.
    """
    return sorted(c for c in _odd(text) if unicodedata.category(c)[0] == "C" or _lost(c))


def _odd(text: str) -> set[str]:
    """Return the signs of a text that want a closer look; a long text has few, too."""
    if text.isascii() and text.isprintable():
        return set()
    return {c for c in _beyond_ascii(text) if not c.isspace()}


def _beyond_ascii(text: str) -> set[str]:
    """Return the signs of a text but for ASCII's visible ones: of a long text these are nearly all."""
    rest = text.encode("utf-8", "surrogatepass").translate(None, bytes(range(0x20, 0x7F)))
    return set(rest.decode("utf-8", "surrogatepass"))


def _lost(character: str) -> bool:
    return ord(character) not in characters()


def printable(text: str) -> str:
    """Return `text` as it can be shown: composed, with plain blanks, and what is missing as ``[U+2717]``."""
    if text.isascii() and text.isprintable():
        return text
    blanks = _strange_blanks(text)  # a long text is slow to translate, and seldom has one
    plain = unicodedata.normalize(
        "NFC", text.translate(dict.fromkeys(map(ord, blanks), " ")) if blanks else text
    )
    lost = missing(plain)
    return plain.translate({ord(c): f"[U+{ord(c):04X}]" for c in lost}) if lost else plain


def _strange_blanks(text: str) -> list[str]:
    return [c for c in _beyond_ascii(text) if c.isspace() and c not in BLANKS]


def spell_out(text: str) -> str:
    """Return machine text (an error message) in one line that can be shown, cut where it is long."""
    spelled = " ".join(printable(text).split())
    return spelled if len(spelled) <= LONGEST else f"{spelled[:LONGEST]} …"


def beyond(text: str) -> str:
    """Return the characters of `text` that the families of Chinese signs cannot show well, but letters can.

    A mark that is set above or below another sign is among them: only the families of letters place it.
    """
    chinese = _of_both(tuple(LETTERS))
    return "".join(sorted(c for c in _odd(text) if _is_mark(c) or (ord(c) not in chinese and not _lost(c))))


@cache
def _of_both(families: tuple[str, ...]) -> frozenset[int]:
    """Return the code points that every one of some families has."""
    return frozenset.intersection(*map(covered, families))


def letters_in(text: str) -> str:
    """Return the characters of `text` that are set in the families of letters; none where all is in one.

    Where a single sign needs them, all letters and digits are set in them, so that no word is of two kinds.
    """
    odd = beyond(text)
    if not odd:
        return ""
    wide = _of_both(tuple(LETTERS.values()))
    western = {c for c in set(text) if ord(c) in wide and unicodedata.category(c)[0] in "LMN"}
    return "".join(sorted(western | set(odd)))


def with_letters(svg: str) -> str:
    """Return a drawing that names the family of letters where a word needs it, for who knows no fallback."""

    def text(found: re.Match[str]) -> str:
        odd = beyond(found[0])
        if not odd:
            return found[0]
        word = rf"[^\W_\u2e80-\uffff{re.escape(odd)}]*[{re.escape(odd)}][^\W_\u2e80-\uffff{re.escape(odd)}]*"
        return re.sub(rf"(?:{word})+", rf'<tspan font-family="{LETTERS[SANS]}">\g<0></tspan>', found[0])

    return re.sub(r"(?<=>)[^<>]+(?=<)", text, svg)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M" and not _lost(character)


def faces(family: str, text: str) -> tuple[Face, ...]:
    """Return the fonts that a page needs to show `text` in a family."""
    letters = letters_in(text)
    rest = "".join(sorted(set(text) - set(letters)))
    if not letters:
        return (Face(family, woff2(family, text)),)
    return (
        Face(family, woff2(family, rest), _range(rest)),
        Face(family, woff2(LETTERS[family], letters), _range(letters)),
    )


def font_rules(family: str, text: str) -> str:
    """Return the CSS by which a page shows `text` in a family, the fonts themselves in it."""
    return "".join(map(_rule, faces(family, text)))


def _rule(face: Face) -> str:
    signs = f";unicode-range:{face.signs}" if face.signs else ""
    source = f"url(data:font/woff2;base64,{face.data})"
    return f'@font-face{{font-family:"{face.family}";src:{source}{signs}}}'


def _range(signs: str) -> str:
    return ", ".join(f"U+{ord(c):X}" for c in signs)


@lru_cache(maxsize=KEPT)
def woff2(family: str, text: str) -> str:
    """Return a woff2 subset of a font with the characters of `text`, as base64."""
    from forecasts.publish.woff2 import MARKED, PLAIN, cut, packed

    font = cut(font_paths()[family], text, PLAIN if family in LETTERS else MARKED)
    return base64.b64encode(packed(font)).decode("ascii")
