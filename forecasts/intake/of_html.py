"""The words of an HTML page, by the standard library's parser: no script runs, nothing is fetched."""

import re
from html.parser import HTMLParser
from typing import Final

_SILENT: Final = frozenset(
    {"script", "style", "noscript", "template", "head", "svg", "select", "iframe", "object"}
)
_BLOCKS: Final = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "br",
            "caption",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
        ),
        *(
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
        ),
        *(
            "html",
            "li",
            "main",
            "nav",
            "ol",
            "option",
            "p",
            "pre",
            "section",
            "summary",
            "table",
            "tbody",
            "td",
        ),
        *("tfoot", "th", "thead", "tr", "ul"),
    )
)

#: A sign that opens no tag: without this, the parser looks for the end of each to the end of the page.
_NO_TAG = re.compile(r"<(?![a-zA-Z/][^<>]*>)")
_PICTURE = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]*")
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_CHINESE_BLANK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")


def without_pictures(page: str) -> str:
    """Return a page without the pictures that stand in it as long words; most of a saved page may be those.

    Examples
    --------
    >>> without_pictures('<img src="data:image/png;base64,iVBORw0KGgo=" alt="x">')
    '<img src="" alt="x">'
    """
    return _PICTURE.sub("", page)


def text_of_html(page: str) -> str:
    r"""Return the words of a page, a line each for what stands as a block of its own.

    Examples
    --------
    >>> text_of_html("<title>x</title><h1>目标</h1><p>增长<b>5%</b>左右</p><script>1</script>")
    'x\n目标\n增长5%左右'
    """
    reader = _Words()
    reader.feed(_NO_TAG.sub("&lt;", _without_remarks(page)))
    reader.close()
    lines = (
        _CHINESE_BLANK.sub("", _BLANKS.sub(" ", line)).strip() for line in "".join(reader.words).split("\0")
    )
    return "\n".join(line for line in lines if line)


def _without_remarks(page: str) -> str:
    """Return a page without comments, declarations and instructions; what is never closed ends it."""
    kept: list[str] = []
    at = 0
    while (start := page.find("<!", at)) >= 0:
        kept.append(page[at:start])
        end = (
            "-->" if page.startswith("<!--", start) else "]]>" if page.startswith("<![CDATA[", start) else ">"
        )
        closed = page.find(end, start + 2)
        if closed < 0:
            return "".join(kept)
        at = closed + len(end)
    kept.append(page[at:])
    return "".join(kept)


class _Words(HTMLParser):
    """Collects words; NUL stands between blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Begin a line with a block; be silent from a script on."""
        if self._silent:
            self._depth += tag == self._silent
        elif tag in _SILENT and tag != "head":
            self._silent, self._depth = tag, 1
        elif tag in _BLOCKS:
            self.words.append("\0")

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Begin a line at a break."""
        if tag in _BLOCKS and not self._silent:
            self.words.append("\0")

    def handle_endtag(self, tag: str) -> None:
        """End a line with its block, and silence with its script."""
        if tag == self._silent:
            self._depth -= 1
            if not self._depth:
                self._silent = ""
        elif (tag in _BLOCKS or tag == "title") and not self._silent:
            self.words.append("\0")

    def handle_data(self, data: str) -> None:
        """Keep words that are shown."""
        if not self._silent:
            self.words.append(data.replace("\0", ""))
