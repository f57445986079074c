"""Letters as PDF: what is typed is text and nothing else, nothing is read or fetched, and what can't be printed is no letter."""

import json
import re
import socket
import subprocess
import sys
import threading
import unicodedata
from dataclasses import asdict
from datetime import date
from io import BytesIO
from typing import Any

import pypdf
import pytest
from django.core.exceptions import ValidationError
from pypdf.generic import IndirectObject

from strongcities import letters
from strongcities.letters import visa
from strongcities.letters.visa import VisaLetter
from tests.house import ROOT

DAY = date(2026, 3, 9)
TEMPLATE = '#show: letter.with("en", "Title", "R-1", ("Sender", ""), "Check")\n'
MOMBASA: dict[str, Any] = {
    "language": "en", "reference": "SCN-2026-0147", "written": DAY, "addressee": "Embassy of the French Republic\nVisa section\nNairobi",
    "full_name": "Leïla N’Diaye", "nationality": "Kenyan", "born": date(1981, 5, 4), "passport_number": "AK0123456",
    "post": "Director of Youth Affairs", "city": "Mombasa County, Kenya", "event": "Annual summit", "starts": date(2026, 9, 29),
    "ends": date(2026, 9, 30), "place": "City Hall, Paris, France", "costs": "network", "invited_by": "the City of Paris",
    "signer_name": "Karen Klint", "signer_function": "Head of events",
}  # fmt: skip


def pages(made):
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(made)).pages]


def words(made):
    return " ".join(" ".join(pages(made)).split())


def typeset(source, data=None):
    return letters._set(letters._source("letterhead") + source, data or {}, dated=DAY)


# --- Data is text ----------------------------------------------------------------------------------------------------

WORDS = '#set document(title: "t")\n#set text(font: "Libertinus Serif", fallback: false, lang: "en")\n#data.words\n'


def typed(text):
    """The letter's words where `text` is all that it says."""
    return words(letters._set("#let data = json(bytes(sys.inputs.data))\n" + WORDS, {"words": text}, dated=DAY))


@pytest.mark.parametrize(
    "text",
    [
        '#import "x"', "#read(\"/etc/passwd\")", "*bold* _slanted_ `raw`", "$ x^2 $", "\\ \\u{41} \\n", "= Heading", "- list", "/ term: x",
        "<label> @cite", "// comment /* x */", '"quoted"', "]] )) }} ,", "-- --- ... ~",
        "{\"a\": 1}", "https://example.org", "1e9999", "null",
    ],
)  # fmt: skip
def test_what_looks_like_a_language_is_set_as_it_was_typed(text):
    assert typed(text) == text


def test_ten_thousand_letters():
    text = ("abcdefghi " * 1000).strip()
    assert typed(text) == text
    assert typed("a" * 10_000).replace(" ", "").startswith("a")


@pytest.mark.parametrize(
    "text",
    [
        "Åsa Þórðarson",
        "Nguyễn Thị Ánh",
        "Ђорђе Јовановић",
        "Қайрат Әлиев",
        "Ελένη Παπαδοπούλου",
        "Ṣọlá Adé",
        "Ɗanjuma Ƙofar",
        "Əli Kərimov",
        "Ĺubomír Ľuptáčik",
    ],
)
def test_letters_of_passports(text):
    assert unicodedata.normalize("NFC", typed(text)) == unicodedata.normalize("NFC", text)
    assert unicodedata.normalize("NFC", typed(unicodedata.normalize("NFD", text))) == unicodedata.normalize("NFC", text)


def test_the_font_has_all_that_letters_need():
    """Every letter of Latin, and those of Greek and Cyrillic in use today; measured, since the font comes with typst."""
    blocks = {
        "LATIN": [(0x41, 0x17F), (0x180, 0x24F), (0x1E00, 0x1EFF)],
        "GREEK": [(0x386, 0x3CE)],
        "CYRILLIC": [(0x400, 0x45F), (0x48A, 0x4F9)],
    }
    wanted = {
        chr(code) for script, ranges in blocks.items() for first, last in ranges for code in range(first, last + 1)
        if unicodedata.category(chr(code)) in {"Lu", "Ll", "Lt"} and unicodedata.name(chr(code), "").startswith(script)
    }  # fmt: skip
    assert len(wanted) > 800
    try:
        typed(" ".join(sorted(wanted)))
    except letters.Unprintable as error:
        assert set(error.characters) <= set("ҊҋӅӆӍӎӏӺӻӼӽӾӿ")  # of Kildin Sami and Khanty


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("Ann 你好", "你好"), ("مرحبا", "ابحرم"), ("😀", "😀"), ("Sofía 😀 北", "北😀"), ("ნინო", "ინო"), ("x\u1ab0", "\u1ab0"),
        ("a\u202eb", "\u202e"),
        ("a\nb", "\n"), ("a\x00b", "\x00"), ("a\u200bb", "\u200b"), ("\ue000", "\ue000"), ("\ud800", "\ud800"), ("a\u2028", "\u2028"),
    ],
)  # fmt: skip
def test_what_the_font_lacks_is_named_and_no_letter_is_made(text, characters):
    with pytest.raises(letters.Unprintable) as error:
        typed(text)
    assert error.value.characters == sorted(characters)
    assert all(f"U+{ord(character):04X}" in str(error.value) for character in characters)


def test_it_is_found_at_any_depth():
    for data in ({"words": "a", "more": {"x": ["y", {"z": "😀"}]}}, {"words": "a", "more": ("\u202e",)}):
        source = "#let data = json(bytes(sys.inputs.data))\n" + WORDS + "#repr(data)"
        with pytest.raises(letters.Unprintable):
            letters._set(source, data, dated=DAY)


# --- A template reads and fetches nothing, and has an end ------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        '#read("visa_letter.typ")', '#read("press.py")', '#read("/press.py")', '#read("../settings.py")', '#read("/../settings.py")',
        '#image("/etc/hostname")', '#include "letterhead.typ"', '#import "letterhead.typ": *', '#read("/etc/passwd")',
        '#import "@preview/cetz:0.3.0"', '#import ("@pre" + "view/cetz:0.3.0")', '#import "@local/x:0.1.0"',
    ],
)  # fmt: skip
def test_a_template_can_read_nothing(source):
    with pytest.raises(letters.Unset):
        typeset(TEMPLATE + source)


def test_a_template_can_fetch_no_package(tmp_path):
    """With the limits off, typst goes to its network for a package: to a proxy here, which counts who comes. With them nobody does."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        asked: list[bytes] = []
        threading.Thread(target=_answer, args=(proxy, asked), daemon=True).start()
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        for limited in (True, False):
            came = len(asked)
            done = _pressed('#import "@preview/cetz:0.3.0"\n', limited=limited, HOME=str(tmp_path), HTTPS_PROXY=address)
            assert b"failed to download package" in done.stderr
            assert (len(asked) > came) is not limited
        assert all(line.startswith(b"CONNECT packages.typst.org") for line in asked)


def _answer(proxy, asked):
    while True:
        try:
            connection, _address = proxy.accept()
        except OSError:
            return
        with connection:
            asked.append(connection.recv(1000))


def _pressed(source, *, limited, **environment):
    """The press itself, with its limits or without."""
    code = (ROOT / "strongcities/letters/press.py").read_text().replace("__file__", repr(str(ROOT / "strongcities/letters/press.py")))
    if not limited:
        assert code.count("resource.setrlimit(") == 1
        code = code.replace("resource.setrlimit(", "str((").replace("(most, most))", "(most, most)))")
    order = {"source": source, "data": "{}", "memory": letters.MEMORY, "seconds": letters.SECONDS, "timestamp": 0}
    return subprocess.run(
        [sys.executable, "-I", "-c", code], input=json.dumps(order).encode(), capture_output=True, timeout=60, check=False, env=environment
    )


def test_a_letter_has_an_end(monkeypatch):
    bomb = '#let x = "a"\n#for i in range(60) { x = x + x }\n#x'
    with pytest.raises(letters.Unset, match="memory allocation"):
        typeset(TEMPLATE + bomb)
    monkeypatch.setattr(letters, "SECONDS", 1)
    with pytest.raises(letters.Unset, match=r"longer than 1 seconds|ended with -"):
        typeset(TEMPLATE + "#for a in range(9999) { for b in range(9999) { for c in range(9999) { } } }")


@pytest.mark.parametrize("name", ["../settings", "visa_letter.typ", "/etc/passwd", "", "VISA", "a\n"])
def test_only_templates_of_ours(name):
    with pytest.raises(letters.Unset):
        letters.pdf(name, {}, dated=DAY)


def test_the_environment_does_not_reach_it(monkeypatch):
    monkeypatch.setenv("TYPST_FONT_PATHS", "/usr/share/fonts")
    seen = []
    real = subprocess.run

    def run(*given, **options):
        seen.append(options["env"])
        return real(*given, **options)

    monkeypatch.setattr(subprocess, "run", run)
    VisaLetter(**MOMBASA).pdf()
    assert seen == [{"RAYON_NUM_THREADS": "1"}]  # threads take memory, and there is one page


# --- The file --------------------------------------------------------------------------------------------------------


def test_the_same_letter_is_the_same_bytes():
    first, second = VisaLetter(**MOMBASA).pdf(), VisaLetter(**MOMBASA).pdf()
    assert first == second
    assert VisaLetter(**{**MOMBASA, "written": date(2026, 3, 10)}).pdf() != first


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Letter in support of a visa application"), ("fr", "Lettre à l’appui d’une demande de visa")]
)
def test_the_file_says_what_it_is(language, title):
    reader = pypdf.PdfReader(BytesIO(VisaLetter(**{**MOMBASA, "language": language}).pdf()))
    root: Any = reader.root_object
    about: Any = reader.metadata
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == (language, True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert about.title == f"{title}, SCN-2026-0147"
    assert about.author == "Strong Cities Network"
    assert about.creation_date.date() == DAY
    assert b"pdfuaid" in root["/Metadata"].get_data()
    tags = list(_tags(root["/StructTreeRoot"]))
    assert (tags.count("/H1"), tags.count("/H2"), tags.count("/Table"), tags.count("/TR")) == (1, 2, 2, 11)
    assert "/Figure" not in tags  # the mark is an ornament
    assert {str(font["/BaseFont"]).partition("+")[2].partition("-")[0] for font in _fonts(reader)} == {"LibertinusSerif"}


def _tags(node):
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, dict):
        if "/S" in node:
            yield str(node["/S"])
        below = node.get("/K", [])
        below = below.get_object() if isinstance(below, IndirectObject) else below
        for each in below if isinstance(below, list) else [below]:
            yield from _tags(each)


def _fonts(reader):
    return [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]


def test_its_mark_and_colours_are_the_site_s():
    text = (ROOT / "strongcities/letters/letterhead.typ").read_text()
    site = (ROOT / "templates/house/_mark.html").read_text()
    assert re.findall(r" d=['\"](.*?)['\"]", text) == re.findall(r' d="(.*?)"', site)
    tokens = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", (ROOT / "static/css/tokens.css").read_text().partition("@media")[0]))
    used = {"ink": "ink", "quiet": "ink-2", "rule": "rule", "river": "river", "sun": "sun"}
    assert dict(re.findall(r'#let (\w+) = rgb\("(#\w+)"\)', text)) == {name: tokens[token] for name, token in used.items()}
    assert re.findall(r"fill='(#\w+)'", text) == [tokens["river"], tokens["ink"], tokens["sun"]]


# --- The letter for a visa -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Letter in support of a visa application", "9 March 2026", "4 May 1981", "29 to 30 September 2026", "Dear Sir or Madam,",
                "costs are borne by the Strong Cities Network.", "For the Secretariat of the Strong Cities Network",
                "write to info@strongcitiesnetwork.org and give the reference SCN-2026-0147"]),
        ("fr", ["Lettre à l’appui d’une demande de visa", "9 mars 2026", "4 mai 1981", "du 29 au 30 septembre 2026", "Madame, Monsieur,",
                "sont à la charge du Strong Cities Network.", "Pour le Secrétariat du Strong Cities Network",
                "écrivez à info@strongcitiesnetwork.org en indiquant la référence SCN-2026-0147"]),
    ],
)  # fmt: skip
def test_it_says_all_of_it_on_one_page(language, said):
    made = VisaLetter(**{**MOMBASA, "language": language}).pdf()
    assert len(pages(made)) == 1
    text = words(made)
    typed_in = [MOMBASA[name] for name in visa.LONGEST if name not in {"contact", "addressee"}]
    for each in (*said, *typed_in, *MOMBASA["addressee"].splitlines(), "Institute for Strategic Dialogue"):
        assert each in text, each


def test_each_costs_has_its_sentence_in_each_language():
    for language in visa.Language.values:
        found = {words(VisaLetter(**{**MOMBASA, "language": language, "costs": costs}).pdf()) for costs in visa.Costs.values}
        assert len(found) == 3


def test_its_two_languages_have_the_same_words():
    source = (ROOT / "strongcities/letters/visa_letter.typ").read_text()
    english, french = (re.findall(r"^    (\w+):", part, re.MULTILINE) for part in source.partition("#show")[0].split("  fr: (\n"))
    assert english == french
    assert set(visa.Costs.values) <= set(english)


@pytest.mark.parametrize("language", visa.Language.values)
def test_the_fullest_letter_is_one_page(language):
    """Nothing but the widest letters, in words that can be broken and in one that can't."""
    for text in ("WWWWWWWWWWWWWW ", "W"):
        full = {name: (text * 200)[:most].strip() for name, most in visa.LONGEST.items()}
        full["addressee"] = "\n".join([full["addressee"]] * visa.ADDRESSEE_LINES)
        full["contact"] = "w" * 48 + "@example.org"
        made = VisaLetter(**{**MOMBASA, **full, "language": language, "costs": "shared"}).pdf()
        assert len(pages(made)) == 1
        assert max(len(line) for line in re.findall("W+", "".join(pages(made)))) < 65  # no line leaves the paper


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, {}),
        ({"full_name": " "}, {"full_name": "The letter needs it."}),
        ({"addressee": ""}, {"addressee": "The letter needs it."}),
        ({"addressee": "a\n\nb"}, {"addressee": "The letter needs it."}),
        ({"addressee": "a\nb\nc\nd\ne\nf"}, {"addressee": "At most five lines fit."}),
        ({"addressee": "a" * 61}, {"addressee": "At most 60 signs fit into a line."}),
        ({"event": "a" * 151}, {"event": "At most 150 signs fit."}),
        ({"language": "de"}, {"language": "The letter is written in English or French."}),
        ({"costs": "nobody"}, {"costs": "Say who bears the costs."}),
        ({"ends": date(2026, 9, 28)}, {"ends": "The event ends before it begins."}),
        ({"written": date(2026, 10, 1)}, {"ends": "The event is over on the day of the letter."}),
        ({"born": date(2027, 1, 1)}, {"born": "This date of birth can’t be right."}),
        ({"born": date(1881, 5, 4)}, {"born": "This date of birth can’t be right."}),
        ({"post": "", "place": ""}, {"post": "The letter needs it.", "place": "The letter needs it."}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changes, wrong):
    found = {}
    try:
        VisaLetter(**{**MOMBASA, **changes})
    except ValidationError as error:
        found = {name: said[0] for name, said in error.message_dict.items()}
    assert found == wrong


def test_a_name_in_other_letters_is_refused_with_the_characters():
    with pytest.raises(letters.Unprintable) as error:
        VisaLetter(**{**MOMBASA, "full_name": "李雷"}).pdf()
    assert error.value.characters == ["李", "雷"]


@pytest.mark.parametrize(
    ("starts", "ends", "english", "french"),
    [
        (date(2026, 9, 29), date(2026, 9, 29), "29 September 2026", "29 septembre 2026"),
        (date(2026, 9, 29), date(2026, 9, 30), "29 to 30 September 2026", "du 29 au 30 septembre 2026"),
        (date(2026, 10, 1), date(2026, 10, 11), "1 to 11 October 2026", "du 1er au 11 octobre 2026"),
        (date(2026, 9, 30), date(2026, 10, 1), "30 September to 1 October 2026", "du 30 septembre au 1er octobre 2026"),
        (date(2026, 12, 31), date(2027, 1, 2), "31 December 2026 to 2 January 2027", "du 31 décembre 2026 au 2 janvier 2027"),
        (date(2026, 8, 1), date(2026, 8, 1), "1 August 2026", "1er août 2026"),
    ],
)
def test_dates_in_words(starts, ends, english, french):
    assert (visa.days(starts, ends, "en"), visa.days(starts, ends, "fr")) == (english, french)


def test_the_fields_are_all_said():
    """Whatever the letter takes has its place in the template."""
    source = (ROOT / "strongcities/letters/visa_letter.typ").read_text()
    assert set(re.findall(r"data\.(\w+)", source)) == {*asdict(VisaLetter(**MOMBASA)), "days"} - {"starts", "ends"}
