"""Archives (ZIP), as documents and workbooks are: looked over before anything in them is unpacked."""

import io
import zipfile
import zlib

#: Parts of an archive.
MOST_PARTS = 20_000

#: What opening or unpacking a broken archive raises.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)

_ENTRY = b"PK\x01\x02"
_KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Odd(Exception):
    """An archive that no office program writes; its words are the rule that it breaks."""


def opened(data: bytes) -> zipfile.ZipFile:
    """Open an archive.

    Raises
    ------
    Odd
        If it has parts without number, one is encrypted, or one is packed in a way that unpacks without end.
    Exception
        One of `BROKEN`.
    """
    # The list of parts alone could fill the memory: it is counted before it is read.
    if data.count(_ENTRY) > MOST_PARTS:
        raise Odd(f"has more than {MOST_PARTS:,} parts")
    archive = zipfile.ZipFile(io.BytesIO(data))
    for part in archive.infolist():
        if part.flag_bits & 1:
            raise Odd("is encrypted")
        if part.compress_type not in _KNOWN:
            raise Odd("is packed as no office program packs")
    return archive
