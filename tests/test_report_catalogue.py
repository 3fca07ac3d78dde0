"""Pages in another language: sentences by pattern, particles by sound, and nothing changed that is not known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gristmill import report
from gristmill.errors import ConfigError
from gristmill.report import Col, Data
from gristmill.report.catalogue import Catalogue
from gristmill.report.particles import particle, put

KOREAN = """
spoken = ["advice"]
[page]
copy = "복사"
[said]
"Segments" = "세그먼트"
"customers with a purchase" = "구매 고객"
"of {n}" = "전체 {n}명 중"
"Only orders in {unit} are counted" = "{unit}{으로/로} 된 주문만 집계합니다"
"{n} customers are in {segment}" = "{segment}{은/는} {n}명입니다"
"Nobody is in {segments}" = "{segments}에는 아무도 없습니다"
"Send them a letter." = "편지를 보내세요."
"Call them." = "전화하세요."
"KRW" = "원"
"{n} rows break the check “{check}”" = "{n}행이 검사를 통과하지 못했습니다: “{check}”"
"{column} is an international phone number such as +821012345678" = "{column} 값이 국제 전화번호 형식입니다(예: +821012345678)"
"{column} is {text}" = "{column} 값은 {text}입니다"
[headings]
"customers" = "고객 수"
"segment" = "세그먼트"
[[values]]
columns = ["segment", "from segment"]
words = { Champions = "챔피언", Lost = "이탈", "not yet" = "이전 없음" }
"""


@pytest.fixture
def korean(tmp_path: Path) -> Catalogue:
    path = tmp_path / "ko.toml"
    path.write_text(KOREAN, encoding="utf-8")
    return Catalogue(path)


@pytest.mark.parametrize(
    ("before", "pair", "form"),
    [
        ("고객", "은/는", "은"), ("구매자", "은/는", "는"), ("서울", "으로/로", "로"), ("부산", "으로/로", "으로"), ("제주", "으로/로", "로"),
        ("1,203", "이/가", "이"), ("12", "이/가", "가"), ("7", "으로/로", "로"), ("10", "으로/로", "으로"), ("12.5%", "을/를", "를"),
        ("챔피언`", "과/와", "과"), ("KRW", "은/는", "는"), ("RFM", "은/는", "은"), ("URL", "으로/로", "로"), ("email", "을/를", "을"),
        ("segment", "은/는", "은(는)"), ("contacts", "으로/로", "(으)로"), ("", "이/가", "이(가)"), ("김민수 (VIP)", "을/를", "를"),
        ("データ", "을/를", "을(를)"),
    ],
)  # fmt: skip
def test_a_particle_follows_the_sound_before_it(before: str, pair: str, form: str) -> None:
    assert particle(pair, before) == form
    assert put("{x}{" + pair + "}!", {"x": before}) == f"{before}{form}!"


def test_sentences_are_found_whole_by_pattern_and_one_by_one(korean: Catalogue) -> None:
    assert korean.say("Only orders in KRW are counted") == "원으로 된 주문만 집계합니다"
    assert korean.say("1,203 customers are in Champions") == "챔피언은 1,203명입니다"
    assert korean.say("1,203 customers are in 단골") == "단골은 1,203명입니다"
    assert korean.say("Nobody is in Lost, Champions, VIPs") == "이탈, 챔피언, VIPs에는 아무도 없습니다"
    assert (
        korean.say("Call them. Whatever else. Send them a letter.")
        == "전화하세요. Whatever else. 편지를 보내세요."
    )
    # A placeholder never takes half of something else for a name.
    assert (
        korean.say("1 rows break the check “phone is an international phone number such as +821012345678”")
        == "1행이 검사를 통과하지 못했습니다: “phone 값이 국제 전화번호 형식입니다(예: +821012345678)”"
    )
    assert korean.say("many customers are in Champions") == "many customers are in Champions"
    assert korean.markdown("# Segments\n\nWhatever else.\n\n- Call them.\n- Segments\n") == (
        "# 세그먼트\n\nWhatever else.\n\n- 전화하세요.\n- 세그먼트\n"
    )


def test_a_value_is_translated_in_its_own_column_only(korean: Catalogue) -> None:
    columns = [Col("segment"), Col("city"), Col("n_customers", "BIGINT"), Col("advice")]
    data = Data(
        columns, [("Champions", "Lost", 1203, "Call them."), (None, "x", 2, "Nobody knows.")], 2, "", None
    )
    shown = korean.payload(report.table(data, title="Segments").payload)
    assert shown["title"] == "세그먼트"
    assert [column["label"] for column in shown["columns"]] == ["세그먼트", "city", "고객 수", "advice"]
    assert shown["rows"] == [["챔피언", "Lost", "1,203", "전화하세요."], [None, "x", "2", "Nobody knows."]]
    drawn = korean.payload(report.bars(data, "segment", "n_customers", unit="KRW").payload)
    assert [point["x"] for point in drawn["points"]] == ["챔피언", "–"]
    assert drawn["points"][0]["t"] == "챔피언 · 1,203" and drawn["y"]["unit"] == "원"
    # What was made stays as it was, for a reader of another language.
    assert report.bars(data, "segment", "n_customers").payload["points"][0]["x"] == "Champions"


@given(st.text(max_size=60))
def test_what_no_catalogue_knows_is_left_as_it_is(text: str) -> None:
    assert Catalogue().say(text) == text
    assert Catalogue().markdown(text) == text


def test_a_later_catalogue_goes_before_and_a_wrong_one_says_where(tmp_path: Path, korean: Catalogue) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[said]\n"Segments" = "고객군"\n', encoding="utf-8")
    assert Catalogue(tmp_path / "ko.toml", own).say("Segments") == "고객군"
    for text, told in (
        ('[said]\n"of {n}" = "{m}"\n', "does not have it"),
        ("[said\n", "cannot be read"),
        ("[words]\n", "which nothing reads"),
        ("said = 3\n", "in a form that is not known"),
    ):
        own.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match=told) as caught:
            Catalogue(own)
        assert "own.toml" in str(caught.value)
