"""What is slow when a text is written or a chart is made for the first time, done ahead of both."""

import datetime as dt

from forecasts.publish.fonts import SANS, characters, font_rules
from forecasts.publish.words import LOCALES, Words, catalogue


def prepare() -> None:
    """Read the sentences and the fonts, of which a process that is forked later need read none."""
    characters()
    font_rules(SANS, " ")
    for language in ("zh", "en"):
        words = Words(language)
        catalogue(language)
        words.number(1234.5)
        words.date(dt.date(2000, 1, 1))
    assert set(LOCALES) == {"zh", "en"}
