"""A result becomes files: whole or not at all, and the same bytes for the same result."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasts.ledger.files import write_whole
from forecasts.ledger.problems import BadInput, Problem
from forecasts.publish.words import Language

if TYPE_CHECKING:
    from forecasts.attainment.result import Attainment

RESULT = "result.json"


def save(result: "Attainment", folder: Path, language: Language) -> tuple[Path, ...]:
    """Write ``result.json`` and the chart specifications into a folder.

    Everything is made before anything is written, and ``result.json`` comes last: where it is, the
    rest is there too.
    """
    texts = {**_charts(result, language), RESULT: dump_result(result)}
    if folder.exists() and not folder.is_dir():
        raise BadInput([Problem("parameter", "there is a file of this name", str(folder), column="output")])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULT).unlink(missing_ok=True)
    return tuple(write_whole(folder / name, text) for name, text in texts.items())


def dump_result(result: "Attainment") -> str:
    """Return a result as JSON, checked against its own model; no time stamps, keys in one order."""
    # The model is slow to import, and whoever only looks for the file does not need it.
    from forecasts.attainment.result import Attainment

    text = dump_json(result.model_dump(mode="json"))
    Attainment.model_validate_json(text)
    return text


def read_result(path: Path) -> "Attainment":
    """Read a ``result.json``; pydantic's ``ValidationError`` if it is not one."""
    from forecasts.attainment.result import Attainment

    return Attainment.model_validate_json(path.read_text(encoding="utf-8"))


def result_schema() -> str:
    """Return the JSON schema of ``result.json``."""
    from forecasts.attainment.result import Attainment

    draft = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return dump_json(draft | Attainment.model_json_schema(mode="serialization"))


def dump_json(value: Any) -> str:
    """Return JSON as it is stored here: readable Chinese, one key per line, a newline at the end."""
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _charts(result: "Attainment", language: Language) -> Mapping[str, str]:
    """Return each chart's Vega-Lite specification by file name."""
    # Altair is slow to import, and whoever only asks for a number does not need it.
    from forecasts.publish.charts import fan_chart, members_chart, pace_chart
    from forecasts.publish.drawing import spec_of
    from forecasts.publish.english import told_of
    from forecasts.publish.words import Words

    words = Words(language)
    result = told_of(result, words)
    made = {
        "fan": fan_chart(result, words),
        "members": members_chart(result, words),
        "pace": pace_chart(result, words),
    }
    return {f"{name}.vl.json": dump_json(spec_of(chart)) for name, chart in made.items() if chart is not None}
