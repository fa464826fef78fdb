"""How an input is broken: a seed says which valid input, which file of it, and what happens to it."""

import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from tests.fuzz import ground
from tests.fuzz.ways import WAYS

#: What stands under a file's name where no bytes do.
FOLDER, LOOP, MISSING = "a folder", "a link to itself", "missing"
Content = bytes | str


@dataclass
class Input:
    """What a command is given.

    Attributes
    ----------
    verb : str
        ``attain`` (tables), ``check``, ``seeds`` (``attain`` without tables) or ``run``.
    files : dict
        What is laid into the folder, by path: bytes, or one of `FOLDER`, `LOOP`, `MISSING`.
    options : dict
        More options of the command.
    said : list of str
        What was broken, in words.
    """

    seed: int
    verb: str
    files: dict[str, Content]
    options: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def broken(seed: int) -> Input:
    """Return the input of a seed: always the same."""
    draw = random.Random(seed)
    verb = draw.choices(("attain", "check", "seeds", "run"), (60, 20, 5, 15))[0]
    given = Input(seed, verb, dict(TABLES if verb == "attain" else TENANT))
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        draw.choices((break_file, break_options), (19, 1))[0](given, draw)
    return given


def break_file(given: Input, draw: random.Random) -> None:
    """Break one of the files."""
    names = [name for name, data in given.files.items() if isinstance(data, bytes) and name.count(".") == 1]
    if given.verb == "run" and draw.random() < 0.7:
        names = [n for n in names if n.startswith("reports/")] or names
    if not names:
        return
    name = draw.choice(names)
    data = given.files[name]
    assert isinstance(data, bytes)
    kinds: dict[str, int] = {"bytes": 3, "kind": 1}
    if name.endswith(".csv"):
        kinds |= {
            "cell": 8,
            "columns": 2,
            "rows": 2,
            "encoding": 1,
            "door": 1 if given.verb == "attain" else 0,
        }
    elif name.endswith(".yaml"):
        kinds |= {"node": 8}
    kind = draw.choices(list(kinds), list(kinds.values()))[0]
    how = {"bytes": of_bytes, "cell": of_cells, "columns": of_columns, "rows": of_rows,
           "encoding": of_encoding, "node": of_nodes}  # fmt: skip
    if kind == "kind":
        given.files[name] = draw.choice((FOLDER, LOOP, MISSING, b"", b"\x00", b"\n", b"\xff\xfe"))
        given.said.append(f"{name}: {given.files[name]!r}")
        return
    try:
        if kind == "door":
            other_door(given, name, data, draw)
            return
        given.files[name], said = how[kind](data, draw)
    except Exception:  # it is broken already, in such a way that this cannot be done to it
        given.files[name], said = of_bytes(data, draw)
    given.said.append(f"{name}: {said}")


def break_options(given: Input, draw: random.Random) -> None:
    """Give an option a value that may be none."""
    texts = (
        "",
        "soon",
        "2023-06-01",
        "0001-01-01",
        "9999-12-31",
        "1672531200",
        "x" * 5000,
        "-1",
        "newest",
        "\u202e",
    )
    names = {
        "attain": ["known-on"],
        "seeds": ["known-on", "goal", "scenario"],
        "run": ["known-on", "draws", "seed"],
        "check": ["format"],
    }
    name = draw.choice(names[given.verb])
    given.options[name] = draw.choice(texts)
    given.said.append(f"--{name} {given.options[name][:60]!r}")


def of_bytes(data: bytes, draw: random.Random) -> tuple[bytes, str]:
    """Flip, drop, double, insert or cut bytes."""
    at, end = sorted(draw.choices(range(len(data) + 1), k=2))
    noise = draw.choice(
        (draw.randbytes(draw.randint(1, 40)), b"\x00", b"\xff", b'"', b",", b"\n", b"\r", b"\xe2\x80")
    )
    changed: dict[str, bytes] = {
        "flipped": data[:at]
        + bytes(b ^ (1 << draw.randrange(8)) for b in data[at : at + 1])
        + data[at + 1 :],
        "dropped": data[:at] + data[min(end, at + 200) :],
        "doubled": data[:end] + data[at : min(end, at + 2000)] + data[end:],
        "inserted": data[:at] + noise + data[at:],
        "cut": data[:at],
        "moved": data[end:] + data[:end],
    }
    what = draw.choice(list(changed))
    return changed[what], f"bytes {what} at {at}"


def of_cells(data: bytes, draw: random.Random) -> tuple[bytes, str]:
    """Change one cell in one of the sixty ways."""
    cells = ground.read(data)
    row, way = draw.randrange(len(cells)), draw.choice(list(WAYS))
    column = draw.randrange(len(cells[row]))
    beside = [other[column] for other in cells[1:] if column < len(other)]
    cells[row][column] = WAYS[way](cells[row][column], beside)
    return ground.written(cells), f"line {row + 1}, column {column + 1}: {way}"


def of_columns(data: bytes, draw: random.Random) -> tuple[bytes, str]:
    """Drop, double, swap, rename or add a column."""
    cells = ground.read(data)
    one, two = (draw.randrange(len(cells[0])) for _ in "12")
    what = draw.choice(("dropped", "doubled", "swapped", "renamed", "added", "emptied"))
    if what == "renamed":
        cells[0][one] = WAYS[draw.choice(list(WAYS))](cells[0][one], cells[0])
    for k, row in enumerate(cells):
        if what == "dropped":
            del row[one]
        elif what == "doubled":
            row.insert(two, row[one])
        elif what == "swapped":
            row[one], row[two] = row[two], row[one]
        elif what == "added":
            row.insert(two, "accepted" if not k else draw.choice(("", "as it is")))
        elif what == "emptied" and k:
            row[one] = ""
    return ground.written(cells), f"column {one + 1} {what}"


def of_rows(data: bytes, draw: random.Random) -> tuple[bytes, str]:
    """Drop, double, move, tear or repeat rows."""
    cells = ground.read(data)
    at = draw.randrange(len(cells))
    what = draw.choice(
        ("dropped", "doubled", "moved", "short", "long", "blank", "all dropped", "many", "shuffled")
    )
    if what == "dropped":
        del cells[at]
    elif what == "doubled":
        cells.insert(draw.randrange(len(cells)), list(cells[at]))
    elif what == "moved":
        cells.insert(draw.randrange(len(cells)), cells.pop(at))
    elif what == "short":
        del cells[at][draw.randrange(len(cells[at])) :]
    elif what == "long":
        cells[at] += draw.choices(("", "x", "1"), k=draw.randint(1, 5))
    elif what == "blank":
        cells.insert(at, draw.choice(([], [""], [""] * len(cells[0]), [" "])))
    elif what == "all dropped":
        del cells[1:]
    elif what == "many":
        cells[at : at + 1] = [list(cells[at]) for _ in range(500)]
    else:
        body = cells[1:]
        draw.shuffle(body)
        cells[1:] = body
    return ground.written(cells), f"row {at + 1} {what}"


def of_encoding(data: bytes, draw: random.Random) -> tuple[bytes, str]:
    """Write the text in another encoding, with other separators or line ends."""
    text = data.decode()
    text = text.replace(",", draw.choice((",", ";", "\t", "|", "，")))
    text = text.replace("\n", draw.choice(("\n", "\r\n", "\r", "\n\n", ",\n", "\u2028")))
    name = draw.choice(
        ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "big5", "cp1252", "utf-7")
    )
    return text.encode(name, "replace"), f"encoded as {name}"


def other_door(given: Input, name: str, data: bytes, draw: random.Random) -> None:
    """Bring the table as a file of another kind: a damaged one, or one that is not what its name says."""
    ending = draw.choice((".parquet", ".json", ".tsv", ".xlsx", ".txt", ".CSV", ""))
    if ending == ".parquet":
        out = io.BytesIO()
        frame = pd.read_csv(io.BytesIO(data), dtype=draw.choice((None, "str", "object")))
        frame.to_parquet(out)
        data = out.getvalue()
    elif ending == ".json":
        form = draw.choice(("records", "columns", "split", "values", "index"))
        data = pd.read_csv(io.BytesIO(data)).to_json(orient=form).encode()
    elif ending == ".tsv":
        data = data.replace(b",", b"\t")
    said = f"{name}: as {ending or 'no ending'}"
    if draw.random() < 0.4:
        data, how = of_bytes(data, draw)
        said += f", {how}"
    del given.files[name]
    given.files[name.removesuffix(".csv") + ending] = data
    given.said.append(said)


SCALARS = (
    "",
    "null",
    "~",
    "true",
    "0",
    "-1",
    "1e999",
    "9" * 400,
    ".nan",
    ".inf",
    "2023-02-30",
    "2023-05",
    "0o17",
    "1:2:3",
    "!!python/object:os.system x",
    "!x y",
    "!!binary '='",
    "!!set 1",
    "&a [*a]",
    "*none",
    "[a, [b, [c]]]",
    "{a: {b: c}}",
    "? x",
    "|",
    ">",
    '"\\x"',
    '"\\ud800"',
    '"\\0"',
    "'",
    '"',
    "%",
    "@",
    "`",
    "- a",
    "x: y: z",
    "\u202e",
    "\U0001f600",
    "[" * 400,
    "{a: " * 400,
    "x" * 20_000,
    "<<: *a",
    "../../x",
    "#",
    "zh",
    "headline",
    "newest",
    "1",
    "[]",
    "{}",
)


def of_nodes(data: bytes, draw: random.Random) -> tuple[bytes, str]:
    """Change a value, a key, the indentation or the order of lines of YAML."""
    rows = data.decode().splitlines()
    at = draw.randrange(len(rows))
    odd = draw.choice(SCALARS)
    what = draw.choice(
        ("value", "value", "value", "key", "indented", "doubled", "dropped", "added", "within")
    )
    key, colon, value = rows[at].partition(":")
    if what == "value":
        rows[at] = f"{key}{colon} {odd}"
    elif what == "key":
        rows[at] = f"{odd}{colon}{value}"
    elif what == "indented":
        rows[at] = draw.choice((" ", "  ", "\t", "- ")) + rows[at]
    elif what == "doubled":
        rows.insert(at, rows[at])
    elif what == "dropped":
        del rows[at]
    elif what == "added":
        rows.insert(at, f"{draw.choice(('more', 'as_of', 'name_zh', 'title_en', '<<'))}: {odd}")
    else:
        start = draw.randrange(len(rows[at]) + 1)
        rows[at] = rows[at][:start] + odd[:50] + rows[at][start:]
    return "\n".join(rows).encode("utf-8", "surrogatepass"), f"line {at + 1} {what}: {odd[:40]!r}"


TABLES: Mapping[str, bytes] = ground.table_set()
TENANT: Mapping[str, bytes] = ground.tenant()
Breaking = Callable[[bytes, random.Random], tuple[bytes, str]]
