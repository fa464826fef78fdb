"""What a page says in another language than its own, and what sources are called that have no title."""

import re
from typing import Final

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from forecasts.publish.words import Words

#: Signs of Chinese, and letters of any script.
CHINESE: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
LETTER: Final = re.compile(r"[^\W\d_]{2}")

#: A title that is a remark in brackets, of which the words say that none was recorded.
UNTITLED: Final = re.compile(r"[(（【\[《]*\s*(标题未录|题目未录|无标题|title not recorded|untitled).*", re.I)


@pass_context
def tongue(context: Context, text: str, other: str = "") -> Markup:
    """Return the attribute that tells the language of a text, where it is not that of its page.

    Parameters
    ----------
    text : str
        Of the data; its signs tell whether it is Chinese.
    other : str
        What it is where it is not; by default nobody knows.
    """
    page = str(context["language"])
    chinese = CHINESE.search(text) is not None
    if chinese == page.startswith("zh") or not (chinese or LETTER.search(text)):
        return Markup("")
    return Markup(' lang="{}"').format("zh-Hans" if chinese else other)


def titled(title: str, publisher: str, words: Words) -> str:
    """Return a source's title; where none was recorded, words that say so, with who published it."""
    if title.strip() and not UNTITLED.fullmatch(title.strip()):
        return title
    return words.say("site.untitled.by", publisher=publisher) if publisher else words.say("site.untitled")
