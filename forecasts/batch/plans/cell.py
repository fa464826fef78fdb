"""What a notebook can be asked: its cell tagged ``parameters``, read without running anything."""

import ast
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

#: What a value must be under an annotation, and how that is told; of other annotations nothing is said.
TYPES: Final[Mapping[str, tuple[tuple[type, ...], str]]] = MappingProxyType(
    {
        "str": ((str,), "text"),
        "int": ((int,), "a whole number"),
        "float": ((int, float), "a number"),
        "bool": ((bool,), "true or false"),
        "list": ((list,), "a list"),
        "dict": ((dict,), "a mapping"),
        "None": ((type(None),), "null"),
    }
)

#: What a notebook that only asks its question imports.
ASKING: Final = frozenset({"forecasts.notebook.request", "forecasts.notebook.show"})

#: Names by which a notebook reaches more than its question's answer.
REACHING: Final = frozenset(
    {"seeds", "root", "open", "exec", "eval", "compile", "globals", "vars", "locals", "getattr"}
    | {"get_ipython", "__import__", "__builtins__"}
)


class NoParameters(ValueError):
    """A file is no notebook that can be a job; says why, as a rule."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The parameters of a notebook.

    Attributes
    ----------
    types : mapping
        By name, the annotation; empty where there is none.
    asks_only : bool
        Whether the notebook asks one question and shows the answer: what it reads is what the answer reads.
    """

    types: Mapping[str, str]
    asks_only: bool

    def unfit(self, name: str, value: object) -> str:
        """Say what a parameter must be if a value is something else; empty if it fits."""
        kinds = [part.strip().split("[")[0] for part in self.types[name].split("|")]
        if any(kind not in TYPES for kind in kinds):
            return ""
        fits = any(type(value) in TYPES[kind][0] for kind in kinds)
        return "" if fits else " or ".join(TYPES[kind][1] for kind in kinds)


def read_cell(path: Path) -> Cell:
    """Read the parameters of a notebook.

    Raises
    ------
    NoParameters
        If it has none, or they cannot be read.
    OSError
        If the file cannot be read.
    """
    try:
        book = json.loads(path.read_text(encoding="utf-8"))
        code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
        tagged = [cell for cell in code if "parameters" in cell["metadata"].get("tags", ())]
        sources = [_source(cell) for cell in code if cell not in tagged]
        own = _source(tagged[0]) if tagged else ""
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NoParameters("the file is no notebook") from None
    if not tagged:
        raise NoParameters("the notebook has no cell tagged `parameters`")
    try:
        statements = ast.parse(own).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NoParameters("the cell tagged `parameters` is not plain Python") from None
    return Cell(MappingProxyType(dict(_assigned(statements))), _asks_only(sources))


def _source(cell: Mapping[str, Any]) -> str:
    """Return a cell's text, which the format allows to be one text or a list of lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _assigned(statements: Iterable[ast.stmt]) -> Iterable[tuple[str, str]]:
    """Yield the names that are given a value, with their annotations."""
    for node in statements:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, ast.unparse(node.annotation)
        elif isinstance(node, ast.Assign):
            yield from ((target.id, "") for target in node.targets if isinstance(target, ast.Name))


def _asks_only(sources: Iterable[str]) -> bool:
    """Whether cells of code import nothing but what asks and shows, and reach for nothing else.

    ``open_request(globals())`` is how a question is asked; it is looked at apart from the rest.
    """
    try:
        tree = ast.parse("\n".join(sources).replace("open_request(globals())", "open_request()"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # e.g. a magic
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            return False
        if isinstance(node, ast.ImportFrom) and node.module not in ASKING:
            return False
        if isinstance(node, ast.Name) and node.id in REACHING:
            return False
        if isinstance(node, ast.Attribute) and (node.attr in REACHING or node.attr.startswith("__")):
            return False
    return True
