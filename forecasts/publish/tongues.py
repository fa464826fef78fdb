"""What a page says in another language than its own, and what sources are called that have no title."""

import re
from typing import Final

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from forecasts.publish.words import Words

#: Signs of Chinese, and letters of any script.
CHINESE: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
LETTER: Final = re.compile(r"[^\W\d_]{2}")

#: A run of Chinese: its signs, and the punctuation and numbers between them.
_WIDE: Final = r"\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
RUN: Final = re.compile(rf"[{_WIDE}](?:[{_WIDE}“”‘’·()\d./ ]*[{_WIDE}])?")

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


@pass_context
def marked(context: Context, text: str) -> Markup | str:
    """Return a text with its runs of Chinese marked as such, where the page is in another language."""
    if str(context["language"]).startswith("zh") or CHINESE.search(text) is None:
        return text
    parts, end = [], 0
    for run in RUN.finditer(text):
        if CHINESE.search(run.group()):
            parts += [escape(text[end : run.start()])]
            parts += [Markup('<span lang="zh-Hans">{}</span>').format(run.group())]
            end = run.end()
    return Markup("").join([*parts, escape(text[end:])])


def titled(title: str, publisher: str, words: Words) -> str:
    """Return a source's title; where none was recorded, words that say so, with who published it."""
    if title.strip() and not UNTITLED.fullmatch(title.strip()):
        return title
    return (
        words.say("tongues.untitled.by", publisher=publisher) if publisher else words.say("tongues.untitled")
    )
