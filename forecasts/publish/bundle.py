"""The script that draws charts in a page: Vega, Vega-Lite and Vega-Embed in one, put together once."""

import hashlib
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from forecasts.ledger.files import write_whole


@cache
def program(snippet: str | None = None) -> str:
    """Return Vega, Vega-Lite, Vega-Embed and a snippet as one script, safe inside a script element.

    Putting them together takes seconds, and comes out the same for the same version of vl-convert: what came
    out is kept in the user's folder of caches, and put together anew wherever it cannot be read from there.
    """
    path = _kept_at(snippet)
    if (kept := _whole(path)) is not None:
        return kept
    import vl_convert

    bundle = vl_convert.javascript_bundle(snippet)  # type: ignore[arg-type]  # its stub asks for a snippet
    script = str(bundle).replace("</script", "<\\/script")
    with suppress(OSError):  # a folder without room or rights makes it slower, and nothing else
        content = script.encode("utf-8")
        write_whole(path, _digest(content) + b"\n" + content)
    return script


def _kept_at(snippet: str | None) -> Path:
    """Return where the script of this snippet and this version of what makes it is kept."""
    from platformdirs import user_cache_path

    asked = f"{version('vl-convert-python')}\n{'' if snippet is None else '+' + snippet}"
    return user_cache_path("forecasts") / f"charts-{hashlib.sha256(asked.encode('utf-8')).hexdigest()[:32]}"


def _whole(path: Path) -> str | None:
    """Return what is kept; None if there is nothing, or not all of it as it was written."""
    try:
        digest, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return content.decode("utf-8") if digest == _digest(content) else None


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode("ascii")
