"""A font cut down to the signs of a text, packed for the web (WOFF 2.0, W3C Recommendation of 2022).

HarfBuzz cuts in a millisecond what takes fontTools two hundred. Tables are packed as they are, which the
format allows: its transforms of outlines save little of a small font.
"""

import struct
from functools import cache
from pathlib import Path
from typing import Final

import brotli  # type: ignore[import-untyped]
import uharfbuzz as hb  # type: ignore[import-untyped]

#: What a page needs of a font's layout tables; marks are placed in letters, not in Chinese signs.
PLAIN: Final = ("kern", "locl")
MARKED: Final = (*PLAIN, "ccmp", "mark", "mkmk")

#: Tables of vertical text, of hints and of styles, none of which a page has.
UNUSED: Final = ("BASE", "VORG", "vhea", "vmtx", "gasp", "STAT")

#: Four per cent larger than the best that Brotli can do, and fifty times as fast.
QUALITY, WINDOW = 9, 16

SIGNATURE: Final = b"wOF2"

#: Marks of a table in the directory: its name follows; it stands as it is, though it could be transformed.
NAMED, AS_IS = 0x3F, 0xC0

#: Bit 11 of a font's own flags: it was repacked without a loss.
REPACKED: Final = 0x08


@cache
def face(path: Path) -> hb.Face:
    """Return a font of a file, which stays open and is read where it is needed."""
    return hb.Face(hb.Blob.from_file_path(str(path)))


def cut(path: Path, text: str, features: tuple[str, ...]) -> bytes:
    """Return a font with the signs of a text alone, at its default weight and width, without hints."""
    wanted = hb.SubsetInput()
    wanted.unicode_set.update(map(ord, text))
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.DESUBROUTINIZE
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.update(map(_number, features))
    wanted.drop_table_tag_set.update(map(_number, UNUSED))
    wanted.pin_all_axes_to_default(face(path))
    return bytes(hb.subset(face(path), wanted).blob.data)


def packed(font: bytes) -> bytes:
    """Return a font (OpenType or TrueType) as WOFF2; the same bytes for the same font."""
    kind, count = struct.unpack(">4sH", font[:6])
    tables = {}
    for k in range(count):
        tag, _, offset, length = struct.unpack(">4sLLL", font[12 + 16 * k : 28 + 16 * k])
        tables[tag] = font[offset : offset + length]
    head = bytearray(tables[b"head"])
    head[16] |= REPACKED
    tables[b"head"] = bytes(head)
    # Where a glyph lies is told right behind the glyphs.
    order = sorted(tables, key=lambda tag: (tag in (b"glyf", b"loca"), tag))
    directory = b"".join(_entry(tag, len(tables[tag])) for tag in order)
    joined = b"".join(tables[tag] for tag in order)
    data: bytes = brotli.compress(joined, mode=brotli.MODE_FONT, quality=QUALITY, lgwin=WINDOW)
    unpacked = 12 + sum(16 + _padded(len(table)) for table in tables.values())
    header = struct.Struct(">4s4sLHHLLHHLLLLL")
    length = _padded(header.size + len(directory) + len(data))
    # No version of its own, no metadata, no private data.
    start = header.pack(SIGNATURE, kind, length, count, 0, unpacked, len(data), *(0,) * 7)
    return (start + directory + data).ljust(length, b"\0")


def _entry(tag: bytes, length: int) -> bytes:
    """Return a table's line of the directory."""
    return bytes([NAMED | (AS_IS if tag in (b"glyf", b"loca") else 0)]) + tag + _base128(length)


def _base128(number: int) -> bytes:
    """Return a number seven bits a byte, the highest first; all but the last byte have their top bit set."""
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))


def _padded(length: int) -> int:
    return (length + 3) & ~3


def _number(tag: str) -> int:
    return int.from_bytes(tag.encode("ascii"), "big")
