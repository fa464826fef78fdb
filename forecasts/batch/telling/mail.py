"""Letters: who gets them, over which server, and that they are sent; what they say stands in `telling`.

The server and its password come from the environment and go nowhere else: into no file, log or message.
"""

import smtplib
import ssl
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses, localtime, make_msgid
from typing import Final, Literal, get_args

from forecasts.ledger.problems import BadInput, Problem, nearest

Security = Literal["starttls", "ssl", "none"]

#: The variables, and the port that belongs to each way of keeping a letter to oneself.
PREFIX: Final = "FORECASTS_SMTP_"
PORTS: Final[Mapping[Security, int]] = {"starttls": 587, "ssl": 465, "none": 25}
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")

#: Seconds that the server may be silent.
PATIENCE: Final = 30


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed in.

    Attributes
    ----------
    sender : Address
        From whom they are.
    """

    host: str
    port: int
    sender: Address
    tls: Security
    user: str = ""
    password: str = field(default="", repr=False)


def read_server(environ: Mapping[str, str]) -> Server:
    """Read the server from the environment.

    Raises
    ------
    BadInput
        With every variable that is missing or not fit; no value of the password is ever told.
    """
    problems: list[Problem] = []

    def given(name: str) -> str:
        return environ.get(PREFIX + name, "").strip()

    def wrong(name: str, rule: str, remedy: str, value: str = "") -> None:
        problems.append(Problem(PREFIX + name, rule, value, remedy))

    tls = given("TLS") or "starttls"
    if tls not in get_args(Security):
        wrong("TLS", "must be starttls, ssl or none", nearest(tls, get_args(Security)), tls)
        tls = "starttls"
    port = given("PORT") or str(PORTS[tls])  # type: ignore[index]
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        wrong("PORT", "must be a port, 1 to 65535", "e.g. 587 for starttls, 465 for ssl", port)
        port = "587"
    host = given("HOST")
    if not host:
        wrong("HOST", "must be set where mail is to be sent", "e.g. smtp.example.org")
    sender = None
    if not given("FROM"):
        wrong("FROM", "must be set where mail is to be sent", "the sender's address")
    else:
        found, unfit = addresses((given("FROM"),), PREFIX + "FROM")
        problems += unfit
        sender = found[0] if len(found) == 1 else None
        if len(found) > 1:
            wrong("FROM", "must be one address", "leave the others out", given("FROM"))
    user, password = given("USER"), environ.get(f"{PREFIX}PASSWORD", "")
    if bool(user) != bool(password):
        lacking = "PASSWORD" if user else "USER"
        wrong(lacking, "user and password belong together", "set both, or neither")
    if password and tls == "none" and host not in LOOPBACK:
        wrong("TLS", "the password would travel in clear", "use starttls or ssl", tls)
    if problems or sender is None:
        raise BadInput(problems)
    return Server(host, int(port), sender, tls, user, password)  # type: ignore[arg-type]


def addresses(given: Iterable[str], place: str) -> tuple[tuple[Address, ...], list[Problem]]:
    """Read addresses, each alone or several with commas, with or without a name; and what is wrong."""
    found: list[Address] = []
    problems: list[Problem] = []
    for text in given:
        if _controls(text):
            problems.append(
                Problem(place, "has a line break or another control character", text, "remove it")
            )
            continue
        for name, spec in getaddresses([text]) or [("", "")]:
            try:
                address = Address(name, addr_spec=spec)
            except (ValueError, HeaderParseError, IndexError):
                address = Address()
            if not address.username or not address.domain or not spec.isascii() or " " in spec:
                remedy = "e.g. office@example.org, or Office <office@example.org>"
                problems.append(Problem(place, "must be an e-mail address, in ASCII", text, remedy))
            elif address not in found:
                found.append(address)
    return tuple(found), problems


def _controls(text: str) -> bool:
    return any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in text)


def letter(
    sender: Address,
    to: Iterable[Address],
    subject: str,
    body: str,
    pdfs: Iterable[tuple[str, bytes]] = (),
) -> EmailMessage:
    """Write a letter; nothing in the subject can become another header.

    Parameters
    ----------
    pdfs : iterable of (str, bytes)
        The names that attachments have for who gets them, and what they hold.
    """
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, tuple(to)
    message["Subject"] = " ".join(
        "".join(" " if _controls(sign) else sign for sign in _whole(subject)).split()
    )
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=sender.domain)
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's absence answers it
    message.set_content(_whole(body), cte="base64")  # survives servers that take seven bits only
    for name, content in pdfs:
        message.add_attachment(content, maintype="application", subtype="pdf", filename=_whole(name))
    return message


def _whole(text: str) -> str:
    """Return a text without the half signs that names of files can have."""
    return text.encode("utf-8", "replace").decode()


def send(server: Server, message: EmailMessage) -> str:
    """Hand a letter in; return what went wrong, if anything did."""
    try:
        with _connected(server) as smtp:
            if server.tls == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
            refused = smtp.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: a password that is not ASCII
        return f"mail to {message['To']}: {server.host}:{server.port}: {_said(error, server)}"
    return "; ".join(f"mail to {who}: refused ({code})" for who, (code, _) in refused.items())


def _connected(server: Server) -> smtplib.SMTP:
    if server.tls == "ssl":
        return smtplib.SMTP_SSL(
            server.host, server.port, timeout=PATIENCE, context=ssl.create_default_context()
        )
    return smtplib.SMTP(server.host, server.port, timeout=PATIENCE)


def _said(error: Exception, server: Server) -> str:
    """Say why in one line, without what is secret."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        why = "; ".join(f"{who}: {code} {_text(told)}" for who, (code, told) in error.recipients.items())
    elif isinstance(error, smtplib.SMTPResponseException):
        why = f"{error.smtp_code} {_text(error.smtp_error)}"
    elif isinstance(error, UnicodeError):
        why = "user or password has signs that this server's login cannot take"
    else:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    told = " ".join(str(why).split())[:300]
    return told.replace(server.password, "***") if server.password else told


def _text(told: bytes | str) -> str:
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else told
