"""Does an operator get everything to enter at Twilio, and a last resort that stands alone?"""

from wire.line_of_tests import BOOK, PROMPTS, SETTINGS
from wire.twiml_oracle import refusals

from telephony import setup


def test_the_checklist_names_every_number_and_its_addresses():
    said = setup.checklist(SETTINGS, BOOK)
    for line in BOOK.lines.values():
        assert f"{line.name}, {line.number}" in said
    assert f"{SETTINGS.public_base_url}/voice/arrived#rc=2&rp=all&ct=2000&rt=4000&tt=13000" in said
    assert f"{SETTINGS.public_base_url}/voice/ended#rc=5&rp=all" in said
    assert f"{SETTINGS.public_base_url}/voice/desk" in said
    assert "{" not in said


def test_the_last_resort_asks_nothing_of_us(oracles):
    for line in BOOK.lines.values():
        document = setup.fallback_document(PROMPTS, line, ["+13145550177"])
        assert refusals(document.encode(), oracles) == []
        assert "http" not in document
        assert document.index("+13145550177") < document.index(line.partner_number)
        assert document.rstrip().endswith("988.</Say></Response>")


def test_the_page_of_how_to_go_live_has_the_addresses_the_checklist_prints(root):
    page = (root / "docs" / "going-live.md").read_text(encoding="utf-8")
    for line in setup.checklist(SETTINGS, BOOK).splitlines():
        if SETTINGS.public_base_url in line:
            address = line.split()[-1]
            assert address.split("#")[0] in page
