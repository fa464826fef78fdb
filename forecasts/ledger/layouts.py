"""What each table holds: the columns of ``seeds/``, those of other people's tables, what names what."""

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.fields import FILE_NAME
from forecasts.ledger.headings import Sheet
from forecasts.ledger.records import Columns, Goal, Indicator, Observation, Region, Rule, Source

Bools = NDArray[np.bool_]


def _no_file_name(c: Columns) -> Bools:
    return np.array([re.fullmatch(FILE_NAME, name) is None for name in c.words("id").tolist()], bool)


_ID = Rule("must be lower-case letters, digits, - and _, at most 80, for it names files", "id", _no_file_name)


#: The tables of ``seeds/``: whoever reads a brief may ask where every number is from, so that must be there.
SEEDS: Mapping[str, Sheet] = MappingProxyType(
    {
        "indicators": Sheet(
            Indicator,
            ("id", "kind"),
            whole=True,
            rules=(_ID,),
            either=(("name_zh", "name_en"), ("unit_zh", "unit_en"), ("scope_zh", "scope_en")),
        ),
        "regions": Sheet(Region, ("id",), either=(("name_zh", "name_en"),), whole=True, rules=(_ID,)),
        "sources": Sheet(Source, ("id", "title", "publisher"), whole=True, rules=(_ID,)),
        "observations": Sheet(
            Observation,
            ("id", "indicator", "region", "as_of", "value", "source", "published_on", "quote"),
            whole=True,
            rules=(_ID,),
        ),
        "goals": Sheet(
            Goal,
            ("id", "indicator", "region", "value", "comparison", "deadline", "source", "quote"),
            whole=True,
            rules=(_ID,),
        ),
    }
)  # fmt: skip

#: Tables of other people: what must be there, and what is read beside it; other columns are left alone.
TABLES: Mapping[str, Sheet] = MappingProxyType(
    {
        "observations": Sheet(
            Observation,
            ("region", "indicator", "as_of", "value"),
            optional=(
                "as_of_basis", "qualifier", "low", "high", "period_start", "published_on", "confidence",
                "origin", "accepted",
            ),
        ),
        "goals": Sheet(
            Goal,
            ("id", "region", "indicator", "value", "deadline"),
            optional=(
                "comparison", "tolerance", "announced_on", "published_on", "success_selected", "accepted",
            ),
            alias="goal",
        ),
        "indicators": Sheet(
            Indicator,
            ("id", "kind"),
            optional=(
                "family", "q4_share", "upper", "name_zh", "name_en", "unit_zh", "unit_en", "scope_zh",
                "scope_en", "accepted", "aliases",
            ),
            alias="indicator",
        ),
        "regions": Sheet(
            Region, ("id",), optional=("parent", "name_zh", "name_en", "accepted"), alias="region"
        ),
    }
)  # fmt: skip

#: Columns of ``seeds/`` that name a row of another table.
REFERENCES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "regions": {"parent": "regions"},
        "observations": {"indicator": "indicators", "region": "regions", "source": "sources"},
        "goals": {
            "indicator": "indicators",
            "region": "regions",
            "source": "sources",
            "outcome_source": "sources",
        },
    }
)
