"""E-mail addresses and telephone numbers: against the validators by others, by evidence in the data, and cleaned twice."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import phonenumbers
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.template import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[1]
N = 5_000


def loaded(path: Path) -> Any:
    """A module of bench/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"bench_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # Data classes look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# bench/ is where a bench script finds its neighbours.
sys.path.append(str(ROOT / "bench"))
validators = loaded(ROOT / "bench" / "validators.py")


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(threads=2) as opened:
        yield opened


def listed(name: str) -> list[tuple[Any, ...]]:
    """The rows of a template that is a list."""
    with DuckDBEngine(threads=1) as engine:
        return engine.rows(parse(ROOT / "sql" / "clean" / f"{name}_v1.sql").sql)


def test_phones_differ_from_phonenumbers_only_where_it_is_meant(engine: DuckDBEngine) -> None:
    found = validators.compare_phones(engine, N, seed=3)
    assert found.unlisted == []
    assert found.n_met > 0.92 * found.n_meant
    # Where a row names its country nothing is misread; where it does not, some numbers look Korean in every digit.
    assert [one for one in found.wrong if one.country] == []
    assert len(found.wrong) < 0.01 * found.n_meant


def test_emails_differ_from_email_validator_only_where_it_is_meant(engine: DuckDBEngine) -> None:
    found = validators.compare_emails(engine, N, seed=3)
    assert found.unlisted == []
    assert found.wrong == []
    assert found.n_met > 0.98 * found.n_meant


def test_a_difference_that_nobody_listed_is_found(
    engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validators, "EMAIL_KINDS", {})
    found = validators.compare_emails(engine, 200, seed=3)
    assert len(found.unlisted) == len(found.differences) > 0


def test_calling_codes_are_those_of_phonenumbers_and_hold_its_example_numbers() -> None:
    kinds = [phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE]
    wrong = []
    for country, code, _, shortest, _, longest in listed("calling_codes"):
        for kind in kinds:
            number = phonenumbers.example_number_for_type(country, kind)
            if number is not None:
                digits = len(phonenumbers.national_significant_number(number))
                if str(number.country_code) != code or not shortest <= digits <= longest:
                    wrong.append((country, kind, number))
    assert wrong == []


def test_no_known_domain_is_a_typo_or_thrown_away() -> None:
    known = {domain for domain, *_ in listed("email_providers")}
    typos = {typo: domain for typo, domain, _ in listed("email_domain_typos")}
    assert known & typos.keys() == set()
    assert set(typos.values()) <= known
    assert known & {domain for (domain,) in listed("disposable_domains")} == set()


def emails_after(engine: DuckDBEngine, texts: Sequence[str]) -> dict[str, tuple[str | None, float]]:
    """What becomes of every text, with the confidence of the rule."""
    read = validators.cleaned_emails(engine, texts)
    return {text: (one.value, one.confidence) for text, one in read.items()}


def phones_after(engine: DuckDBEngine, texts: Sequence[str], country: str = "") -> dict[str, str | None]:
    read = validators.cleaned_phones(engine, [(text, country) for text in texts])
    return {text: one.value for (text, _), one in read.items()}


def test_a_domain_is_mended_by_the_evidence_of_the_data(engine: DuckDBEngine) -> None:
    usual = [f"kim{i}@gmail.com" for i in range(300)] + [f"lee{i}@acme-parts.com" for i in range(300)]
    odd = ["kim@gmauil.com", "kim@ymail.com", "kim@gmail.co.uk", "lee@acme-prats.com", "lee@other.org"]
    after = emails_after(engine, [*usual, *odd])
    assert after["kim@gmauil.com"] == ("kim@gmail.com", 0.97)
    assert after["kim@ymail.com"] == ("kim@ymail.com", 1.0)
    assert after["kim@gmail.co.uk"] == ("kim@gmail.co.uk", 1.0)
    assert after["lee@acme-prats.com"] == ("lee@acme-prats.com", 0.7)
    assert after["lee@other.org"] == ("lee@other.org", 1.0)
    assert {after[text] for text in usual} == {(text, 1.0) for text in usual}


def test_without_evidence_a_rare_domain_stays(engine: DuckDBEngine) -> None:
    texts = [*(f"kim{i}@gmail.com" for i in range(50)), "kim@gmauil.com"]
    assert emails_after(engine, texts)["kim@gmauil.com"] == ("kim@gmauil.com", 1.0)


AMERICAN = ["312-555-0123", "(415) 555-2671", "212.555.0198", "1-650-555-0199", "416 555 0123"]


def test_american_numbers_in_a_korean_project_are_not_misread(engine: DuckDBEngine) -> None:
    assert phones_after(engine, [*AMERICAN, "010-2345-6789"]) == {
        **{text: text for text in AMERICAN},
        "010-2345-6789": "+821023456789",
    }
    assert phones_after(engine, AMERICAN, "US") == {
        "312-555-0123": "+13125550123",
        "(415) 555-2671": "+14155552671",
        "212.555.0198": "+12125550198",
        "1-650-555-0199": "+16505550199",
        "416 555 0123": "+14165550123",
    }


def test_a_lost_zero_is_put_back_where_the_data_show_the_loss(engine: DuckDBEngine) -> None:
    mobiles = [f"102345678{i}" for i in range(6)]
    assert phones_after(engine, ["212345678", "312345678"]) == {
        "212345678": "212345678",
        "312345678": "312345678",
    }
    after = phones_after(engine, [*mobiles, "212345678", "312345678", "2123-4567"])
    assert [after["212345678"], after["312345678"]] == ["+82212345678", "+82312345678"]
    assert after["2123-4567"] == "2123-4567"
    assert {after[text] for text in mobiles} == {f"+82{text}" for text in mobiles}


def test_a_number_that_may_be_real_is_a_placeholder_only_when_many_have_it(engine: DuckDBEngine) -> None:
    assert phones_after(engine, ["010-1234-5678"])["010-1234-5678"] == "+821012345678"
    often = ["010-1234-5678"] * 6 + ["01012345678"] * 3 + ["+821012345678"] * 3
    assert set(phones_after(engine, often).values()) == {None}
    real = ["010-2345-9876"] * 12
    assert set(phones_after(engine, real).values()) == {"+821023459876"}


KOREAN = {
    "010-2345-6780": "+821023456780",
    "010.2345.6780": "+821023456780",
    "010|2345|6780": "+821023456780",
    "(010) 2345-6780": "+821023456780",
    "10-2345-6780": "+821023456780",
    "+82 (0)10-2345-6780": "+821023456780",
    "+82-010-2345-6780": "+821023456780",
    "0082 10 2345 6780": "+821023456780",
    "82-10-2345-6780": "+821023456780",
    "O10-2345-6780": "+821023456780",
    "'01023456780": "+821023456780",
    "010-2345-6780(본인)": "+821023456780",
    "휴대폰 010-2345-6780": "+821023456780",
    "010-2345-6780, 02-312-4567": "+821023456780",
    "011-234-5678": "+82112345678",
    "016-9234-5678": "+821692345678",
    "02)312-4567": "+8223124567",
    "02-312-4567 내선 12": "+8223124567",
    "02-312-4567~8": "+8223124567",
    "064-712-3456": "+82647123456",
    "1588-1234": "+8215881234",
    "1644-1234": "+8216441234",
    "1899-1234": "+8218991234",
    "0505-312-4567": "+825053124567",
    "070-2345-6780": "+827023456780",
    "080-312-4567": "+82803124567",
    "1.01E+10": None,
    "010-0000-0000": None,
    "010-234-567": None,
    "없음": None,
}


def test_korean_numbers_of_every_kind_come_out_in_one_form(engine: DuckDBEngine) -> None:
    assert phones_after(engine, list(KOREAN)) == KOREAN


EMAILS = st.one_of(
    st.text(alphabet="abAB.@,;<> ()-_\"'|ａ＠골뱅이atdot", max_size=30),
    st.builds(
        lambda box, joint, domain: f"{box}{joint}{domain}",
        st.text(alphabet="abcXYZ019.-_+' \"()", min_size=1, max_size=12),
        st.sampled_from(["@", " @ ", "(at)", " at ", "골뱅이", "@@", "＠"]),
        st.sampled_from(
            [
                "gmail.com",
                "GAMIL.com",
                "naver.con",
                "gmail.co.kr",
                "b.co.kr.",
                "x..org",
                "a@c.com",
                "hanmail.nte",
            ]
        ),
    ),
)
PHONES = st.one_of(
    st.text(alphabet="0123456789+()-. /|~oOlext내선eE", max_size=24),
    st.from_regex(
        r"(\+?82|0|)(10|2|31|70)[- .|]?[0-9]{3,4}[- .|]?[0-9]{4}( ext [0-9]{1,3}|/[0-9]|)", fullmatch=True
    ),
    st.from_regex(r"\+?[0-9]{6,15}", fullmatch=True),
)
COUNTRIES = st.sampled_from(["", "", "KR", "US", "DE", "IT", "JP", "RU", "BY", "AU", "HU", "Nowhere"])


# A failing example is large, and every attempt to shrink it takes a second: it is shown as found.
@settings(
    max_examples=3,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    st.lists(EMAILS, min_size=150, max_size=200),
    st.lists(st.tuples(PHONES, COUNTRIES), min_size=150, max_size=200),
)
def test_cleaning_twice_equals_cleaning_once(
    engine: DuckDBEngine, emails: list[str], phones: list[tuple[str, str]]
) -> None:
    read, heard = validators.cleaned(engine, emails, phones)
    once = {one.value: text for text, one in read.items() if one.value is not None}
    left = {(one.value, code): text for (text, code), one in heard.items() if one.value is not None}
    again, over = validators.cleaned(engine, list(once), list(left))
    assert {once[text]: (text, one) for text, one in again.items() if one.value != text} == {}
    assert {left[key]: (key, one) for key, one in over.items() if one.value != key[0]} == {}


def test_evidence_is_the_same_after_cleaning(engine: DuckDBEngine) -> None:
    texts = [
        *(f"kim{i}@gmail.com" for i in range(195)),
        *(f"choi{i}@gmaul.com" for i in range(9)),
        *(f"lee{i}@gmauil.com" for i in range(2)),
        *(f"jung{i}@gmaiil.co" for i in range(3)),
        "park@gmaikl.com",
    ]
    once = [value for value, _ in emails_after(engine, texts).values()]
    assert [value for value, _ in emails_after(engine, once).values()] == once
