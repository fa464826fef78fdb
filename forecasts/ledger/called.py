"""What somebody calls a row: by its id, or by a name that people read; never by guess."""

import re
from collections.abc import Mapping
from typing import Protocol

from forecasts.ledger.names import spelt
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.ledger.records import Indicator

#: What the name of a place may be written without: 上海 for 上海市; one sign alone is no name.
_OF_PLACES = re.compile(r"(?<=..)(?:维吾尔自治区|壮族自治区|回族自治区|特别行政区|自治区|[省市区县])$")


class Called(Protocol):
    """A record that has names."""

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def name_zh(self) -> str: ...  # noqa: D102

    @property
    def name_en(self) -> str: ...  # noqa: D102


def names_of(one: Called) -> tuple[str, ...]:
    """Return every name of a record: its id, its names, and an indicator's aliases."""
    more = one.aliases if isinstance(one, Indicator) else ()
    return tuple(name for name in (one.id, one.name_zh, one.name_en, *more) if name)


def find_called(name: str, held: Mapping[str, Called], what: str, place: str) -> str:
    """Return the id of what somebody calls by a name.

    An id wins over a name, a name over one that is written short. Width, case, blanks and hyphens do not
    matter.

    Parameters
    ----------
    name : str
        An id, a name in either language, an alias, or a place without its last word (省, 市, 区, 县).
    held : mapping
        Records by id.
    what, place : str
        What it is ("indicator"), and where it was named, for the problem that is told.

    Raises
    ------
    BadInput
        If nothing is called so (it says what is near), or several are (it names them).
    """
    if name in held:
        return name
    wanted = spelt(name)
    names = {key: names_of(one) for key, one in held.items()}
    for short in (False, True):
        found = [key for key, some in names.items() if wanted in {spelt(_cut(n, short)) for n in some}]
        if len(found) == 1:
            return found[0]
        if found:
            rule = f"several {what}s are called so"
            raise BadInput([Problem(place, rule, name, f"name one by its id: {', '.join(sorted(found))}")])
    every = {n for some in names.values() for n in some if n.isascii() == name.isascii()}
    raise BadInput([Problem(place, f"there is no such {what}", name, nearest(name, every))])


def _cut(name: str, short: bool) -> str:
    return _OF_PLACES.sub("", name) if short else name
