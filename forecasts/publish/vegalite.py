"""Vega-Lite as plain data: what Altair would write, without the copies that it makes on the way.

A brief has charts by the dozen and a night has briefs by the hundred; a chart of nine layers takes Altair a
tenth of a second. The names are Vega-Lite's own; what is written is held against its schema by the tests.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

Spec = dict[str, Any]

#: Address of the schema that the specifications are written for; nobody fetches it.
SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.4.1.json"

KINDS: Final = {"Q": "quantitative", "N": "nominal", "T": "temporal"}


def field(name: str, **how: Any) -> Spec:
    """Return an encoding by a field, its kind behind a colon: ``field("date:T", axis=axis)``."""
    name, _, kind = name.partition(":")
    return in_order({**how, "field": name, **({"type": KINDS[kind]} if kind else {})})


def value(constant: float) -> Spec:
    """Return an encoding that is the same for every row."""
    return {"value": constant}


def mark(kind: str, **style: Any) -> Spec:
    """Return a mark."""
    return {"type": kind, **in_order(style)}


def rows(values: Sequence[Mapping[str, Any]]) -> Spec:
    """Return rows as the data of layers."""
    return {"values": list(values)}


def sequence(stop: int, name: str) -> Spec:
    """Return the whole numbers below `stop` as data, in a field."""
    return {"sequence": {"start": 0, "stop": stop, "as": name}}


def calculate(**fields: str) -> list[Spec]:
    """Return transforms that calculate fields, each by its expression."""
    return [{"calculate": expression, "as": name} for name, expression in fields.items()]


def layer(data: Spec, drawn: Spec, transform: Sequence[Spec] = (), **encoding: Any) -> Spec:
    """Return a layer: its data, the mark that is drawn, and what of it is encoded how."""
    made = {"data": data, "mark": drawn, "encoding": {name: encoding[name] for name in sorted(encoding)}}
    return {**made, "transform": list(transform)} if transform else made


def layered(layers: Sequence[Spec], **properties: Any) -> Spec:
    """Return a chart of layers; rows that several of them share are in it once."""
    datasets: dict[str, list[Any]] = {}
    named = [{**one, "data": _named(one["data"], datasets)} for one in layers]
    told = {name: properties[name] for name in sorted(properties)}
    return {"layer": named, **told, "$schema": SCHEMA, "datasets": datasets}


def _named(data: Spec, datasets: dict[str, list[Any]]) -> Spec:
    """Return the name of data, which are put with the others; one that is no rows stays as it is."""
    if "values" not in data:
        return data
    written = json.dumps(data["values"], sort_keys=True, default=str)
    name = f"data-{hashlib.sha256(written.encode()).hexdigest()[:32]}"
    datasets[name] = data["values"]
    return {"name": name}


def in_order(parts: Mapping[str, Any]) -> Spec:
    """Return parts, and theirs, by name: the same chart is the same file, however it was put together."""
    return {name: in_order(part) if isinstance(part := parts[name], dict) else part for name in sorted(parts)}
