"""What is slow when a text is written or a chart is drawn for the first time, done ahead of both."""

import datetime as dt

from forecasts.publish.fonts import SANS, characters, font_rules
from forecasts.publish.words import Words


def prepare() -> None:
    """Read the sentences and the fonts, so that a process that is forked later need not read them."""
    characters()
    font_rules(SANS, " ")
    for words in (Words("zh"), Words("en")):
        words.number(1234.5)
        words.date(dt.date(2000, 1, 1))
