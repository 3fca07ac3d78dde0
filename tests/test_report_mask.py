"""Masking: whoever reads a report learns what is needed to recognise a record, and nothing else."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gristmill.report.mask import KINDS, mask, scrub


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("name", "김민수", "김•수"),
        ("name", "남궁 민수", "남••수"),
        ("name", "김수", "김•"),
        ("name", "Anna Smith", "A••• S••••"),
        ("name", "X", "•"),
        ("email", "kim.minsu@naver.com", "k•••@naver.com"),
        ("email", "k@naver.com", "•••@naver.com"),
        ("email", "not an address", "•••"),
        ("email", "a@b@<script>", "•••"),
        ("phone", "010-5555-1234", "010-••••-1234"),
        ("phone", "+821055551234", "+82 10-••••-1234"),
        ("phone", "02 555 1234", "02-••••-1234"),
        ("phone", "+442079460958", "+44 ••••-0958"),
        ("phone", "1234", "•••"),
        ("address", "서울특별시 강남구 테헤란로 123, 4층", "서울특별시 강남구 •••"),
        ("address", "경기도 성남시 분당구 판교로 1", "경기도 성남시 분당구 •••"),
        ("address", "12 High Street, Camden, London", "•••, London"),
        ("address", "12 High Street", "•••"),
        ("postcode", "06236", "06•••"),
        ("birth_date", dt.date(1987, 2, 3), "1987"),
        ("birth_date", "1987-02-03", "1987"),
        ("birth_date", "19870203", "1987"),
        ("birth_date", "870203-1234567", "•••"),
        ("id", "C-00012345", "••••2345"),
        ("id", 42, "••••"),
        ("handle", "instagram:anna.smith, x:@anna", "instagram:•••, x:•••"),
        ("handle", "@anna", "@•••"),
        ("free_text", "Please call my wife", "••• (19)"),
        ("something new", "secret", "•••"),
    ],
)
def test_a_value_is_masked_by_its_kind(kind: str, value: object, shown: str) -> None:
    assert mask(value, kind) == shown


@pytest.mark.parametrize("kind", [None, "", "none"])
def test_what_is_not_personal_stays(kind: str | None) -> None:
    assert mask("Champions", kind) == "Champions"
    assert mask(7, kind) == 7


@pytest.mark.parametrize("kind", [*KINDS, "unknown"])
def test_no_value_and_the_empty_text_stay(kind: str) -> None:
    assert mask(None, kind) is None
    assert mask("", kind) == ""


def test_lists_and_structs_are_masked_item_by_item() -> None:
    assert mask(["kim@naver.com", None], "email") == ["•••@naver.com".replace("•••", "k•••"), None]
    assert mask({"home": "010-1111-2222"}, "phone") == {"home": "010-••••-2222"}


names = st.text(
    alphabet=st.one_of(
        st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), st.sampled_from("abcdeXYZé ñ'-김박")
    ),
    min_size=2,
    max_size=30,
).filter(lambda text: len("".join(text.split())) >= 2)


@given(names)
@settings(max_examples=300, deadline=None)
def test_a_name_never_survives(name: str) -> None:
    shown = mask(name, "name")
    assert "•" in shown
    assert name.strip() not in shown
    kept = [ch for ch in shown if ch not in "• "]
    assert len(kept) < len("".join(name.split()))


@given(st.emails())
@settings(max_examples=200, deadline=None)
def test_an_address_never_survives(email: str) -> None:
    shown = mask(email, "email")
    assert email not in shown
    assert "•••" in shown


@given(st.from_regex(r"\+?[0-9][0-9 ()-]{3,18}[0-9]", fullmatch=True))
@settings(max_examples=300, deadline=None)
def test_a_phone_number_shows_at_most_its_carrier_and_last_four_digits(phone: str) -> None:
    shown = mask(phone, "phone")
    digits = "".join(ch for ch in phone if ch.isdigit())
    assert digits not in "".join(ch for ch in shown if ch.isdigit())
    assert "•" in shown


@given(st.text(min_size=1, max_size=60), st.sampled_from([*KINDS, "unknown"]))
@settings(max_examples=500, deadline=None)
def test_any_text_of_any_kind_is_masked_without_an_error(value: str, kind: str) -> None:
    shown = mask(value, kind)
    assert isinstance(shown, str)
    if value.strip("• \t\n\r") and kind != "birth_date":
        assert shown != value


@given(st.dates())
def test_a_birth_date_keeps_its_year_only(day: dt.date) -> None:
    assert mask(day, "birth_date") == f"{day.year:04d}"


def test_loose_text_is_scrubbed_of_what_can_be_recognised() -> None:
    text = (
        "row 12: anna.smith@naver.com, 010-1234-5678, +82 10 1234 5678, 870203-1234567 failed in 2026-11-01"
    )
    clean = scrub(text)
    for secret in ("anna.smith", "1234-5678", "1234 5678", "870203"):
        assert secret not in clean
    assert "row 12" in clean
    assert "2026-11-01" in clean
