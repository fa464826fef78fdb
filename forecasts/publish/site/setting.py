"""Setting a page: all text is escaped; style, program and fonts are the same for every page."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forecasts.publish.bundle import program
from forecasts.publish.fonts import SANS, SERIF, font_rules, printable
from forecasts.publish.site.places import in_language, leading
from forecasts.publish.typeset import json_in_html
from forecasts.publish.words import Language, Words

if TYPE_CHECKING:
    from jinja2 import Environment

#: What headings are set with; their signs are in the font of headings too.
HEADINGS: Final = re.compile(r"<h[123][^>]*>(.*?)</h[123]>", re.DOTALL)

#: Letters, digits and marks that every page may need: charts count with them.
ASCII: Final = "".join(map(chr, range(0x20, 0x7F)))

#: The same as bytes, with those that steer; every other sign counts.
PLAIN: Final = bytes(range(0x7F))

STYLE, FONTS, SCRIPT, VEGA = "assets/site.css", "assets/fonts.css", "assets/site.js", "assets/vega.js"

#: Pages of the menu, with the names of their sentences.
MENU: Final = (
    ("index.html", "menu.goals"), ("compare.html", "menu.compare"), ("scenarios.html", "menu.scenarios"),
    ("record.html", "menu.record"), ("sources.html", "menu.sources"), ("method.html", "menu.method"),
    ("glossary.html", "menu.glossary"), ("downloads.html", "menu.downloads"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setter:
    """Sets pages in one language."""

    environment: "Environment"
    words: Words

    @property
    def language(self) -> Language:
        """The language."""
        return self.words.language

    def page(self, path: str, template: str, context: Mapping[str, Any]) -> bytes:
        """Return a page.

        Parameters
        ----------
        path : str
            Where it will lie, without the folder of its language.
        template : str
            The name of its template.
        context : mapping
            What it says; texts are texts, whatever they look like.
        """
        here = in_language(path, self.language)
        other: Language = "en" if self.language == "zh" else "zh"

        def link(target: str) -> str:
            return leading(here, in_language(target, self.language))

        def asset(target: str) -> str:
            return leading(here, target)

        text = self.environment.get_template(template).render(
            context,
            say=self._say, number=self.words.number, probability=self.words.probability, link=link,
            asset=asset, path=path, menu=MENU, other=leading(here, in_language(path, other)),
            language=self.words.locale.replace("_", "-").replace("zh-CN", "zh-Hans"),
        )  # fmt: skip
        return text.encode("utf-8")

    def _say(self, name: str, /, **values: str) -> str:
        return self.words.say(f"site.{name}", **values)


def environment(templates: Path) -> "Environment":
    """Return where pages are set: all text is escaped, and every sign is one that the fonts have."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from forecasts.publish.tongues import marked, tongue

    made = Environment(
        loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_shown, auto_reload=False,
    )  # fmt: skip
    made.filters["tongue"] = tongue
    made.filters["marked"] = marked
    made.filters["data"] = lambda text: Markup(json_in_html(text))
    return made


def _shown(value: Any) -> Any:
    """Return a value as it is printed: a text with the signs that there are; markup is our own."""
    if type(value) is not str or (value.isascii() and value.isprintable()):
        return value
    return _spelled(value)


@lru_cache(maxsize=20_000)
def _spelled(text: str) -> str:
    """Return a text with the signs that there are; pages say many things again and again."""
    return printable(text)


def signs_of(page: str) -> tuple[str, str]:
    """Return the signs of a page beyond ASCII, and those of its headings."""
    return _beyond(page), _beyond("".join(HEADINGS.findall(page)))


def _beyond(text: str) -> str:
    """Return the signs of a text beyond ASCII, each once: nearly all of a page is ASCII, and goes first."""
    told = text.encode("utf-8").translate(None, PLAIN).decode("utf-8")
    return "".join(sorted(set(told)))


def fonts(every: Iterable[str], heads: Iterable[str]) -> bytes:
    """Return the style that carries both fonts, cut down to the signs of the whole site."""
    sans = "".join(sorted({*ASCII, *(sign for signs in every for sign in signs)} - {"\n"}))
    serif = "".join(sorted({*ASCII, *(sign for signs in heads for sign in signs)} - {"\n"}))
    return (font_rules(SANS, sans) + font_rules(SERIF, serif)).encode("ascii")


def vega() -> bytes:
    """Return the one bundle that draws the charts of every page."""
    return program(None).encode("utf-8")
