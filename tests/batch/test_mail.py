"""Letters over a real server on this machine: who gets them, what they say, what is told if that fails."""

import asyncio
import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from hypothesis import given
from hypothesis import strategies as st

from forecasts.batch.telling import mail
from forecasts.batch.telling import telling as telling_module
from forecasts.batch.telling.mail import addresses, letter, read_server
from forecasts.batch.telling.telling import NAMED, Summary, Wishes, prepare, refused
from forecasts.ledger.problems import BadInput, Problem

#: The server on loopback takes passwords in clear, which is what it is for.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

USER, PASSWORD = "office", "a secret: 秘密"
PLAIN = "open sesame"
PDF = b"%PDF-1.7\n\x00\xff lone\nline ends\r\n.\r\n"


class Inbox:
    """What a server took."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.refuse: set[str] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuse:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.to.append(envelope.rcpt_tos)
        return "250 OK"


def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    given = isinstance(data, LoginPassword) and (data.login, data.password)
    return AuthResult(success=given == (USER.encode(), PLAIN.encode()), handled=False)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@contextmanager
def serving(inbox: Inbox, secure: ssl.SSLContext | None = None, **options: Any) -> Iterator[str]:
    """Serve on loopback; give the port."""
    loop = asyncio.new_event_loop()
    asked = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False} | options
    made = loop.create_server(lambda: SMTP(inbox, loop=loop, **asked), "127.0.0.1", 0, ssl=secure)
    listening = loop.run_until_complete(made)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield str(listening.sockets[0].getsockname()[1])
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[dict[str, str]]:
    """A server on loopback, as the environment names it."""
    with serving(inbox) as port:
        yield environment(PORT=port, TLS="none", USER=USER, PASSWORD=PLAIN)


def environment(**values: str) -> dict[str, str]:
    given = {"HOST": "127.0.0.1", "FROM": "Forecasts <forecasts@example.org>"} | values
    return {f"FORECASTS_SMTP_{name}": value for name, value in given.items()}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The record of a run, beside its brief."""
    (tmp_path / "brief.zh.pdf").write_bytes(PDF)
    return tmp_path / "run.json"


def summary(*errors: str, **values: Any) -> Summary:
    jobs = [
        {
            "id": f"job-{i}",
            "goal": f"goal-{i}",
            "scenario": "baseline",
            "status": "failed" if error else "done",
            "error": error,
        }
        for i, error in enumerate(errors)
    ]
    told = {"plan": "每月简报", "known_on": "2023-09-06", "language": "zh", "error": "", "alerts": []}
    briefs = [{"name": "brief.zh", "files": {"brief.zh.pdf": "0", "brief.zh.html": "1"}, "error": ""}]
    files = {"pdf": "brief.zh.pdf", "html": "brief.zh.html", "briefs": briefs}
    return told | files | {"ok": not any(errors), "jobs": jobs} | values


BOTH = Wishes(mail_to=("主任 <director@example.org>, two@example.org",), mail_errors_to=("ops@example.org",))


def test_the_brief_is_sent_with_its_pdf(server: dict[str, str], inbox: Inbox, run: Path) -> None:
    assert prepare(BOTH, server, run.parent).tell(summary(""), run.parent, run) == ()
    [sent], [to] = inbox.letters, inbox.to
    assert to == ["director@example.org", "two@example.org"]
    assert sent["Subject"] == "达标预测简报：每月简报，数据截至 2023-09-06"
    assert [a.display_name for a in sent["To"].addresses] == ["主任", ""]
    assert sent["From"] == "Forecasts <forecasts@example.org>"
    assert "localhost" not in sent["Message-ID"]
    [attached] = sent.iter_attachments()
    assert attached.get_filename() == "每月简报-2023-09-06.pdf"
    assert attached.get_content() == PDF
    body = sent.get_body().get_content()
    assert str(run.parent / "brief.zh.pdf") in body
    assert str(run) in body


def test_what_failed_is_told_with_its_reasons(server: dict[str, str], inbox: Inbox, run: Path) -> None:
    told = summary("", "no figures\nof it", language="en", plan="monthly")
    assert prepare(BOTH, server, run.parent).tell(told, run.parent, run) == ()
    brief, errors = inbox.letters
    assert inbox.to[1] == ["ops@example.org"]
    assert brief["Subject"] == "Brief on goals, some jobs failed: monthly, as known on 2023-09-06"
    assert errors["Subject"] == "Run on goals failed: monthly, as known on 2023-09-06"
    assert list(errors.iter_attachments()) == []
    for sent in (brief, errors):
        body = sent.get_body().get_content()
        assert "1 of 2 jobs done." in body
        assert "- goal-1 · baseline: no figures" in body
        assert "goal-0" not in body


def test_a_run_without_a_brief_is_only_told_as_failed(
    server: dict[str, str], inbox: Inbox, run: Path
) -> None:
    told = summary("a", pdf=None, html=None, error="the disk is full")
    telling = prepare(BOTH, server, run.parent)
    assert telling.tell(told, run.parent, run) == ()
    assert (
        telling.tell(refused("night", "en", BadInput([Problem("seeds/goals.csv", "is odd")])), run.parent)
        == ()
    )
    first, second = inbox.letters
    assert "the disk is full" in first.get_body().get_content()
    assert second["Subject"] == "Run on goals failed: night"
    assert "seeds/goals.csv: is odd" in second.get_body().get_content()


def test_alerts_are_in_the_letter_and_its_subject(server: dict[str, str], inbox: Inbox, run: Path) -> None:
    alerts = [{"text_zh": "概率下降了 12 个百分点", "text_en": "the probability fell by 12 points"}]
    telling = prepare(BOTH, server, run.parent)
    telling.tell(summary("", alerts=alerts), run.parent, run)
    telling.tell(summary("", alerts=alerts, language="en"), run.parent, run)
    chinese, english = inbox.letters
    assert chinese["Subject"].startswith("【提醒】达标")
    assert alerts[0]["text_zh"] in chinese.get_body().get_content()
    assert english["Subject"].startswith("[Alert] Brief")
    assert alerts[0]["text_en"] in english.get_body().get_content()


def test_every_goals_own_brief_is_attached_while_they_are_not_too_much(
    server: dict[str, str], inbox: Inbox, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"briefs/goal-{i}/brief.zh.pdf" for i in range(3)]
    for name in names:
        (run.parent / name).parent.mkdir(parents=True)
        (run.parent / name).write_bytes(PDF)
    briefs = [{"name": name.removesuffix(".pdf"), "files": {name: "0"}, "error": ""} for name in names]
    told = summary("", pdf=names[-1], html=None, briefs=briefs)
    telling = prepare(BOTH, server, run.parent)
    assert telling.tell(told, run.parent, run) == ()
    monkeypatch.setattr(telling_module, "ATTACHED", 2 * len(PDF))
    assert telling.tell(told, run.parent, run) == ()
    (run.parent / names[0]).unlink()
    [wrong] = telling.tell(told, run.parent, run)
    assert wrong.endswith("cannot be read: No such file or directory")
    every, some = inbox.letters
    attached = [part.get_filename() for part in every.iter_attachments()]
    assert attached == [f"每月简报-goal-{i}-2023-09-06.pdf" for i in range(3)]
    assert [part.get_filename() for part in some.iter_attachments()] == attached[:2]
    assert "另有 1 份简报" in some.get_body().get_content()


def test_a_job_without_a_goal_has_its_own_name(server: dict[str, str], inbox: Inbox, run: Path) -> None:
    jobs = [{"id": "backtest-1", "goal": "", "scenario": "", "status": "failed", "error": "a\nb"}]
    jobs += [{"id": "late", "goal": "", "scenario": "", "status": "not run", "error": ""}]
    prepare(BOTH, server, run.parent).tell(summary("x", jobs=jobs, pdf=None), run.parent, run)
    body = inbox.letters[0].get_body().get_content()
    assert "- backtest-1: a b" in body
    assert "共 2 项任务，完成 0 项" in body


def test_a_thousand_failures_are_a_short_letter(server: dict[str, str], inbox: Inbox, run: Path) -> None:
    prepare(BOTH, server, run.parent).tell(summary(*["because " * 100] * 1000), run.parent, run)
    body = inbox.letters[1].get_body().get_content()
    assert f"另有 {1000 - NAMED} 项" in body
    assert len(body) < 25_000


@given(st.text(st.characters()), st.binary(max_size=300))
def test_no_subject_becomes_a_header_and_no_attachment_changes(subject: str, content: bytes) -> None:
    [sender], _ = addresses(("a@example.org",), "")
    subject += "\r\nBcc: all@example.org"
    sent = message_from_bytes(
        bytes(letter(sender, [sender], subject, "正文 \udcff", [("简报.pdf", content)])),
        policy=policy.default,
    )
    assert sent["Bcc"] is None
    assert set(sent["Subject"].split()) >= {"Bcc:", "all@example.org"}
    [attached] = sent.iter_attachments()
    assert attached.get_content() == content
    assert sent.get_body().get_content().splitlines() == ["正文 ?"]


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "@example.org",
        "a@",
        "a b@example.org",
        "a@example.org\nBcc: b@example.org",
        "用户@example.org",
        "",
        "a@example.org, b",
    ],
)
def test_an_unfit_address_is_told(address: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        prepare(Wishes(mail_to=(address,)), environment(), tmp_path)
    assert {problem.place for problem in caught.value.problems} == {"--mail-to"}


def test_everything_about_the_server_is_told_before_the_run_and_never_the_password(tmp_path: Path) -> None:
    def told(**values: str) -> dict[str, str]:
        with pytest.raises(BadInput) as caught:
            prepare(Wishes(mail_to=("a@example.org",)), environment(**values), tmp_path)
        assert PASSWORD not in str(caught.value)
        return {p.place.removeprefix("FORECASTS_SMTP_"): p.rule for p in caught.value.problems}

    assert set(told(HOST="", FROM="")) == {"HOST", "FROM"}
    assert set(told(TLS="tsl", PORT="0", FROM="x", PASSWORD=PASSWORD)) == {"TLS", "PORT", "FROM", "USER"}
    assert set(told(USER="me")) == {"PASSWORD"}
    assert "in clear" in told(HOST="mail.example.org", TLS="none", USER="me", PASSWORD=PASSWORD)["TLS"]
    assert PASSWORD not in repr(read_server(environment(USER="me", PASSWORD=PASSWORD)))
    assert [read_server(environment(TLS=tls)).port for tls in ("", "starttls", "ssl", "none")] == [
        587,
        587,
        465,
        25,
    ]


def test_without_mail_no_server_is_needed(tmp_path: Path) -> None:
    assert prepare(Wishes(), {}, tmp_path).tell(summary(""), tmp_path) == ()


# when it goes wrong


def test_a_wrong_password_is_told_without_it(server: dict[str, str], inbox: Inbox, run: Path) -> None:
    for password in ("wrong", PASSWORD):
        telling = prepare(BOTH, server | environment(PASSWORD=password), run.parent)
        [wrong] = telling.tell(summary(""), run.parent, run)
        assert "127.0.0.1" in wrong
        assert password not in wrong
    assert inbox.letters == []


def test_refused_addresses_are_told_and_the_others_get_their_letter(
    server: dict[str, str], inbox: Inbox, run: Path
) -> None:
    inbox.refuse = {"two@example.org"}
    telling = prepare(BOTH, server, run.parent)
    [wrong] = telling.tell(summary(""), run.parent, run)
    assert "two@example.org" in wrong
    assert "550" in wrong
    assert inbox.to == [["director@example.org"]]
    inbox.refuse |= {"director@example.org"}
    [wrong] = telling.tell(summary(""), run.parent, run)
    assert "no such mailbox" in wrong


def test_no_server_and_a_silent_one(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        telling = prepare(BOTH, environment(PORT=port, TLS="none"), run.parent)
        [wrong] = telling.tell(summary(""), run.parent, run)
        assert "timed out" in wrong
    [wrong] = telling.tell(summary(""), run.parent, run)
    assert "refused" in wrong
    assert json.dumps(wrong).count("\\n") == 0


# secret on the way


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of our own making for this machine, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "cert.pem", folder / "key.pem"
    asked = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
    ]
    named = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)]
    subprocess.run([*asked, *named], check=True, capture_output=True)
    return made, key


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_a_letter_travels_secretly_or_not_at_all(
    tls: str, certificate: tuple[Path, Path], inbox: Inbox, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    options = (
        {} if tls == "ssl" else {"tls_context": context, "require_starttls": True, "auth_require_tls": True}
    )
    with serving(inbox, context if tls == "ssl" else None, **options) as port:
        telling = prepare(BOTH, environment(PORT=port, TLS=tls, USER=USER, PASSWORD=PLAIN), run.parent)
        [wrong] = telling.tell(summary(""), run.parent, run)
        assert "certificate verify failed" in wrong.lower().replace("_", " ")
        assert inbox.letters == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        assert telling.tell(summary(""), run.parent, run) == ()
        assert len(inbox.letters) == 1
