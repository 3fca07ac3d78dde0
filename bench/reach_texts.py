"""Generate e-mail and telephone texts: as they are right, as people write them, and as nobody should."""

from __future__ import annotations

import random
from collections.abc import Iterator

import phonenumbers as pn

NOT_COUNTRIES = frozenset({"AC", "TA", "XK"})
"""Regions of ``phonenumbers`` that ISO 3166-1 does not know: no row names them."""


def phones(rnd: random.Random) -> Iterator[tuple[str, str, str | None]]:
    """Telephone texts, the country of their row and the number meant (None: nonsense): every country, many forms."""
    regions = sorted(pn.SUPPORTED_REGIONS - NOT_COUNTRIES)
    kinds = [pn.PhoneNumberType.MOBILE, pn.PhoneNumberType.FIXED_LINE, pn.PhoneNumberType.TOLL_FREE]
    forms = pn.PhoneNumberFormat
    while True:
        # Half the numbers are Korean or of the large countries: that is what files hold.
        region = (
            rnd.choice(regions)
            if rnd.random() < 0.5
            else rnd.choice(["KR", "KR", "US", "GB", "DE", "FR", "JP", "CN"])
        )
        number = pn.example_number_for_type(region, rnd.choice(kinds))
        if number is None:
            continue
        number.national_number = number.national_number // 1000 * 1000 + rnd.randrange(1000)
        form = rnd.random()
        if form < 0.3:
            text = pn.format_number(number, forms.NATIONAL)
        elif form < 0.5:
            text = pn.format_number(number, forms.INTERNATIONAL)
        elif form < 0.6:
            text = pn.format_number(number, forms.E164)
        elif form < 0.65:
            text = pn.format_number(number, forms.RFC3966)
        elif form < 0.92:
            text = mangled(rnd, pn.format_number(number, rnd.choice([forms.NATIONAL, forms.INTERNATIONAL])))
        else:
            text = nonsense(rnd)
        # Some rows name no country: the default of the project, KR, is then all that is known.
        meant = None if form >= 0.92 else pn.format_number(number, forms.E164)
        yield text, region if rnd.random() < 0.85 else "", meant


def mangled(rnd: random.Random, text: str) -> str:
    """The same number as careless people, forms and spreadsheets write it."""
    return rnd.choice(
        [
            lambda: text.replace(" ", rnd.choice(["", ".", "-", "  ", "|", "_", "/"])),
            lambda: text.replace("-", rnd.choice(["", ".", " ", "–", "‑"])),
            lambda: text.translate(str.maketrans("0123456789+-", "０１２３４５６７８９＋－")),
            lambda: f" {text} ",
            lambda: f"{text} ext. {rnd.randint(1, 9999)}",
            lambda: f"{text} x{rnd.randint(1, 999)}",
            lambda: f"tel: {text}",
            lambda: f"{text.replace('+', '00')}" if text.startswith("+") else text,
            lambda: f"'{text}",
            lambda: f"{text} (work)",
            lambda: f"{text}.",
            lambda: "".join(c for c in text if c.isdigit() or c == "+"),
            lambda: f"{text} / {text}",
        ]
    )()


def nonsense(rnd: random.Random) -> str:
    """Texts that look a little like a number."""
    return rnd.choice(
        [
            lambda: "".join(rnd.choices("0123456789", k=rnd.randint(3, 17))),
            lambda: "".join(rnd.choices("0123456789+-() ", k=rnd.randint(5, 18))),
            lambda: "+" + "".join(rnd.choices("0123456789", k=rnd.randint(3, 17))),
            lambda: f"{rnd.random() * 10:.2f}E+{rnd.randint(8, 12)}",
            lambda: rnd.choice("0123456789") * rnd.randint(4, 13),
            lambda: rnd.choice(["n/a", "-", "없음", "call me", "none", "test"]),
            lambda: "".join(chr(rnd.randint(32, 0x2FF)) for _ in range(rnd.randint(3, 14))),
        ]
    )()


def emails(rnd: random.Random) -> Iterator[tuple[str, str | None]]:
    """E-mail texts and the address meant (None: nobody can say): right ones, the usual slips, hostile ones."""
    domains = [
        "gmail.com",
        "naver.com",
        "hanmail.net",
        "company.co.kr",
        "mail.example-shop.de",
        "x.io",
        "sub.domain.org",
    ]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    while True:
        box = "".join(rnd.choices(letters, k=rnd.randint(1, 12)))
        box = rnd.choice(
            [
                box,
                box,
                f"{box}.{rnd.choice(letters)}",
                f"{box}+{rnd.choice(letters)}",
                f"{box}_{rnd.randint(1, 99)}",
            ]
        )
        domain = rnd.choice(domains)
        right = f"{box}@{domain}"
        draw = rnd.random()
        if draw < 0.4:
            yield right, right
        elif draw < 0.7:
            text, provider = slipped(rnd, box, domain)
            yield text, f"{box}@{provider}"
        else:
            yield hostile(rnd, box, domain), None


def slipped(rnd: random.Random, box: str, domain: str) -> tuple[str, str]:
    """An address as people mistype it, and the domain meant."""
    if rnd.random() < 0.2:
        typo, meant = rnd.choice(
            [("gamil.com", "gmail.com"), ("naver.con", "naver.com"), ("hanmail.nte", "hanmail.net")]
        )
        return f"{box}@{typo}", meant
    text = rnd.choice(
        [
            f"{box}@{domain}".upper,
            lambda: f" {box}@{domain} ",
            lambda: f"{box}(at){domain}",
            lambda: f"{box} [at] {domain.replace('.', ' [dot] ')}",
            lambda: f"{box} at {domain.replace('.', ' dot ')}",
            lambda: f"{box}골뱅이{domain}",
            lambda: f"{box}@{domain}.",
            lambda: f"<{box}@{domain}>",
            lambda: f"Kim Minsu <{box}@{domain}>",
            lambda: f'"{box}" <{box}@{domain}>',
            lambda: f"mailto:{box}@{domain}",
            lambda: f"이메일: {box}@{domain}",
            lambda: f"{box}(work)@{domain}",
            lambda: f"{box}@{domain} (home)",
            lambda: f'"{box}"@{domain}',
            lambda: f"{box}@{domain}; {box}2@{domain}",
            lambda: f"{box}@{domain}/{box}2@{domain}",
            lambda: f"{box}@@{domain}",
            lambda: f"{box}＠{domain}",
            lambda: f"{box}@{domain.replace('.', '..')}",
            lambda: f"{box} @ {domain}",
        ]
    )()
    return text, domain


def hostile(rnd: random.Random, box: str, domain: str) -> str:
    """An address at the edge of the rules, or far beyond."""
    return rnd.choice(
        [
            lambda: f"{box}..{box}@{domain}",
            lambda: f".{box}@{domain}",
            lambda: f"{box}.@{domain}",
            lambda: f"{box} {box}@{domain}",
            lambda: f"{box}@-{domain}",
            lambda: f"{box}@{domain.replace('.', '-.')}",
            lambda: f"{box}@{domain.partition('.')[0]}",
            lambda: f"{box}@[127.0.0.1]",
            lambda: f"{box}@127.0.0.1",
            lambda: f"{box * 12}@{domain}",
            lambda: f"{box}@{'a' * rnd.randint(60, 70)}.com",
            lambda: f"{box}@{'abcd.' * rnd.randint(40, 60)}com",
            lambda: f"{rnd.choice('!#$%&*/=?^_`{|}~')}{box}{rnd.choice('!#$%&*/=?^_`{|}~')}@{domain}",
            lambda: f"o'{box}@{domain}",
            lambda: f"한{box}@{domain}",
            lambda: f"{box}@한국.kr",
            lambda: f"{box}@xn--3e0b707e.com",
            lambda: f"{box}@bücher.de",
            lambda: f"{box}@{domain}1",
            lambda: f"{box}@{domain.replace('.', '_')}.com",
            lambda: f"{box}@{box}@{domain}",
            lambda: f"@{domain}",
            lambda: f"{box}@",
            lambda: box,
            lambda: "".join(chr(rnd.randint(32, 0x2FF)) for _ in range(rnd.randint(3, 24))),
            lambda: "".join(rnd.choices("ab.@-_ <>()\"'\\,;:", k=rnd.randint(3, 20))),
        ]
    )()
