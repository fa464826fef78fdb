"""Texts of sources: what stands in them is proved, what does not is told by its line."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.ledger.problems import BadInput
from forecasts.ledger.texts import squeezed, stands_in
from forecasts.scenarios.seeds import read_seeds

SEEDS = Path(__file__).parents[2] / "seeds"
REPORT = (
    "科学城 引育科技型企业６０９２家、\n高新技术企业1036家（次）。"
    "2022年，核心区转化成果1500余项,实现成交额45亿元。"
)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    return tmp_path / "seeds"


@pytest.mark.parametrize(
    "quote",
    [
        "引育科技型企业6092家",
        "引育 科技型企业 6092 家、高新技术企业１０３６家(次)",
        "核心区…实现成交额45亿元",
        "核心区……实现成交额45亿元",
        "科学城...成交额 45 亿元",
    ],
)
def test_width_blanks_and_gaps_do_not_matter(quote: str) -> None:
    assert stands_in(quote, squeezed(REPORT))


@pytest.mark.parametrize(
    "quote", ["引育科技型企业6093家", "成交额45亿元…核心区", "科学城1036家", "", "……", "引育...引育"]
)
def test_other_words_another_order_or_none_do_not_stand_in_it(quote: str) -> None:
    assert not stands_in(quote, squeezed(REPORT))


@given(st.text(min_size=1), st.integers(0, 40), st.integers(1, 40))
def test_every_part_of_a_text_stands_in_it(text: str, start: int, length: int) -> None:
    # A mark that composes with its neighbour, and dots, which mean a gap, may be read otherwise when cut.
    plain = "".join(c for c in text if c.isascii() and c != ".")
    part = plain[start : start + length]
    assert stands_in(part, squeezed(plain)) == bool(squeezed(part))


def test_the_report_proves_its_quotes() -> None:
    read_seeds(SEEDS)
    assert (SEEDS / "texts" / "seed-report.txt").is_file()


@pytest.mark.parametrize("name", ["observations", "goals"])
def test_a_quote_that_is_not_there_is_told_by_line_column_and_value(seeds: Path, name: str) -> None:
    path = seeds / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("1036家", "1037家").replace("1150家", "1151家"), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read_seeds(seeds)
    first = refused.value.problems[0]
    assert (first.place, first.line, first.column) == (f"seeds/{name}.csv", 2, "quote")
    assert "103" in first.value or "115" in first.value
    assert "texts/seed-report.txt" in first.remedy


def test_a_text_of_no_source_and_one_that_cannot_be_read_are_told(seeds: Path) -> None:
    texts = seeds / "texts"
    (texts / "seed-reprot.txt").write_text("x", encoding="utf-8")
    (texts / "notes.md").write_text("x", encoding="utf-8")
    (texts / "gd-20260131.txt").write_bytes("报告".encode("gb18030"))
    with pytest.raises(BadInput) as refused:
        read_seeds(seeds)
    told = {problem.place: problem for problem in refused.value.problems}
    assert "seed-report" in told["seeds/texts/seed-reprot.txt"].remedy
    assert "<source>.txt" in told["seeds/texts/notes.md"].remedy
    assert "UTF-8" in told["seeds/texts/gd-20260131.txt"].rule


def test_without_texts_nothing_is_asked(seeds: Path) -> None:
    shutil.rmtree(seeds / "texts")
    read_seeds(seeds)


def rewritten(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        (" (7355-630=6725)", "arithmetic"),
        (" 即7355－630＝6725", "arithmetic"),
        (" 116000/0.29≈400000", "arithmetic"),
        (" 6348/1.258^5=2015", "arithmetic"),
        ("[编者推算]", "remark"),
        ("（编者注：总数）", "remark"),
        (" [sic]", "remark"),
    ],
)
def test_what_only_an_editor_writes_is_refused_at_its_place(seeds: Path, more: str, rule: str) -> None:
    quote = "一季度全市新增科技型企业630家,科技型企业总数已达到7355家"
    rewritten(seeds / "observations.csv", quote, quote + more)
    with pytest.raises(BadInput) as refused:
        read_seeds(seeds)
    [problem] = refused.value.problems
    assert (problem.place, problem.column) == ("seeds/observations.csv", "quote")
    assert rule in problem.rule
    assert "note" in problem.remedy
    line = (seeds / "observations.csv").read_text(encoding="utf-8").splitlines()[(problem.line or 0) - 1]
    assert more in line


@pytest.mark.parametrize(
    "more", ["渝府办发[2023]47号", "2021-2025年", "（占16.3%）", "，2022-12-31", "…达到3-5家", "[...]共计"]
)
def test_what_a_source_writes_is_none_of_an_editor(seeds: Path, more: str) -> None:
    quote = "一季度全市新增科技型企业630家,科技型企业总数已达到7355家"
    rewritten(seeds / "observations.csv", quote, quote + more)
    read_seeds(seeds)


def test_a_sum_that_the_source_prints_is_its_own(seeds: Path) -> None:
    quote = "累计支持1008家(次)企业获得融资63亿元"
    text = (seeds / "texts" / "seed-report.txt").read_text(encoding="utf-8")
    for path in (seeds / "texts" / "seed-report.txt", seeds / "observations.csv"):
        whole = path.read_text(encoding="utf-8").replace(quote, f"{quote}；60+3=63")
        path.write_text(whole, encoding="utf-8")
    assert quote in text
    read_seeds(seeds)


def test_a_paraphrase_is_no_way_round_a_text_that_is_held(seeds: Path) -> None:
    path = seeds / "goals.csv"
    said = "力争到2023年年底科学城科技型企业累计融资突破150亿元"
    rewritten(path, f"{said},false", "科学城融资目标为150亿元,true")
    with pytest.raises(BadInput, match="does not stand in the text"):
        read_seeds(seeds)


def test_a_source_is_held_by_its_text_and_not_by_what_a_table_says(seeds: Path) -> None:
    sources = read_seeds(seeds).ledger.sources
    assert [name for name, source in sources.items() if source.held] == ["seed-report"]
    shutil.rmtree(seeds / "texts")
    assert not any(source.held for source in read_seeds(seeds).ledger.sources.values())
