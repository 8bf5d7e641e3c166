"""What is personal in a text is seen; what is ordinary is left alone."""

import pytest

from neighborhoods.personal import HINT, personal_kinds, spans

EMAILS = [
    "ion.popescu@example.ro",
    "scrieti la ION+sesizari@mail.example.com, va rog",
    "ioana_p@poșta.ro",
    "ion [at] example [dot] ro",
    "ion(at)example.ro",
    "ion arond yahoo punct com",
    "ion at gmail.com",
    "ion @ gmail.com",
    "ion @yahoo.com",
]
NO_EMAILS = [
    "Pagina @primaria nu raspunde",
    "look at ascult.ro",
    "ne vedem @ Piața Victoriei",
    "2 buc @ 4.50 lei",
    "www.primariatm.ro/sesizari",
    "un punct pe harta",
    "a@b",
]
PHONES = [
    "0722123456",
    "sunați la 0722 123 456.",
    "0722.123.456",
    "0722-123-456",
    "072 212 34 56",
    "07 22 12 34 56",
    "0 7 2 2 1 2 3 4 5 6",
    "0722 - 123 - 456",
    "+40 722 123 456",
    "+40(0)722123456",
    "0040 722 123 456",
    "40722123456",
    "tel. 722 123 456",
    "O722 123 456",
    "0256 123 456",
    "(0256) 123 456",
    "0256/123456",
    "021 123 45 67",
    "0356.12.34.56",
    "bl. 12 ap. 4 0722 123 456 doi copii",
    "+36 20 123 4567",
    "+49 (151) 234-56789",
    "0038164 123 4567",
    "(617) 555-3831",
]
NO_PHONES = [
    "linia 33",
    "tramvaiele 1, 2, 4, 7 și 9",
    "blocul 12 sc. B ap. 4",
    "nr. 12-14-16",
    "2024-05-03",
    "03.05.2024 10:30",
    "03.05.2024 10.30",
    "de la 07.03.2024 10.30",
    "07-03-24 12.30",
    "01.02.03.04.05",
    "între 7.30 și 16.00",
    "45.753100, 21.225900",
    "45.753100 21.225900",
    "costă 720 000 000 lei",
    "+40 000 000 lei",
    "cod poștal 300223",
    "contract 12345678",
    "2 + 2 = 4",
    "DN 6 km 540+200",
    "factura 200412345678901234",
    "112",
    "300 400 2024",
]
CODES = [
    "1850101350019",
    "CNP: 6000229351233",
    "1 850101 350019",
    "185-01-01-350019",
    "9991231359992",
]
NO_CODES = [
    "1850101350016",  # the last digit is wrong
    "1851301350010",  # there is no thirteenth month
    "18501013500191",
    "0850101350019",
]
PLATES = [
    "TM 12 ABC",
    "TM-12-ABC",
    "TM12ABC",
    "mașina tm-12-abc",
    "tm 12 xyz",
    "B 12 XYZ",
    "B 123 XYZ",
    "b-123-xyz",
    "AR.05.WWW",
    "TM 12 BAR",  # a word, but written as plates are
    "TM 012345",
    "B-0456",
]
NO_PLATES = [
    "E 70",
    "TM 2024",
    "TM 300223",
    "DJ 691",
    "DN 59 Timișoara",
    "blocul B 12 are geamurile sparte",
    "bloc B 12 etaj 3",
    "bl. B12 sc. A",
    "is 24 hrs",
    "ar 10 ani",
    "XX 12 ABC",
    "TM 123 ABC",
    "ATM 12 ABC",
    "STRADA ESTE PLINA DE GROPI LA BLOCUL B 12 DIN CARTIER",
]
ACCOUNTS = ["RO49 AAAA 1B31 0075 9384 0000", "ro49aaaa1b31007593840000", "contul DE89370400440532013000."]
NO_ACCOUNTS = ["RO50 AAAA 1B31 0075 9384 0000", "RO49 AAAA", "DN69 strada 5"]


@pytest.mark.parametrize(
    "kind, texts",
    [("email", EMAILS), ("phone", PHONES), ("cnp", CODES), ("plate", PLATES), ("iban", ACCOUNTS)],
)
def test_each_kind_is_seen_in_every_spelling(kind, texts):
    assert {text: set(personal_kinds(text)) for text in texts} == {text: {kind} for text in texts}


@pytest.mark.parametrize("texts", [NO_EMAILS, NO_PHONES, NO_CODES, NO_PLATES, NO_ACCOUNTS])
def test_ordinary_texts_are_left_alone(texts):
    assert {text: personal_kinds(text) for text in texts if personal_kinds(text)} == {}


@pytest.mark.parametrize(
    "kind, text",
    [
        ("phone", "０７２２１２３４５６"),
        ("phone", "٠٧٢٢١٢٣٤٥٦"),
        ("phone", "𝟎𝟕𝟐𝟐𝟏𝟐𝟑𝟒𝟓𝟔"),
        ("phone", "⓪⑦②②①②③④⑤⑥"),
        ("phone", "07\u200b22\u200d12\u206034\ufeff56"),
        ("phone", "0722\u00a0123\u2009456"),
        ("phone", "0722–123—456"),
        ("phone", "0\u03287\u03282\u03282\u0328123456"),
        ("email", "ion＠example．ro"),
        ("email", "ion\u200b@\u200bexample.ro"),
        ("plate", "ＴＭ　１２　ＡＢＣ"),
        ("plate", "ТМ 12 АВС"),  # Cyrillic letters
        ("cnp", "１８５０１０１３５００１９"),
        ("iban", "RO49\u00a0AAAA\u00a01B31\u00a00075\u00a09384\u00a00000"),
    ],
)
def test_other_digits_and_invisible_signs_hide_nothing(kind, text):
    assert personal_kinds(text) == {kind}


def test_several_kinds_are_told_apart_and_placed_in_the_text_as_written():
    text = "Mașina TM 12 ABC, telefon 07\u200b22 123 456, ion@example.ro."
    assert [(s.kind, text[s.start : s.end]) for s in spans(text)] == [
        ("plate", "TM 12 ABC"),
        ("phone", "07\u200b22 123 456"),
        ("email", "ion@example.ro"),
    ]


def test_an_empty_text_holds_nothing():
    assert spans("") == ()


@pytest.mark.parametrize("texts", [EMAILS, PHONES, CODES, PLATES, ACCOUNTS])
def test_whatever_is_found_has_the_hint(texts):
    import pyarrow as pa
    import pyarrow.compute as pc

    assert all(pc.match_substring_regex(pa.array(texts), HINT).to_pylist())
