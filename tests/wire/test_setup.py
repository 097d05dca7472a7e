"""Does an operator get everything to enter at Twilio?"""

from wire.line_of_tests import BOOK, SETTINGS

from telephony import setup


def test_the_checklist_names_every_number_and_its_addresses():
    said = setup.checklist(SETTINGS, BOOK)
    for line in BOOK.lines.values():
        assert f"{line.name}, {line.number}" in said
    assert f"{SETTINGS.public_base_url}/voice/arrived#rc=2&rp=all&ct=2000&rt=4000&tt=13000" in said
    assert f"{SETTINGS.public_base_url}/voice/ended#rc=5&rp=all" in said
    assert f"{SETTINGS.public_base_url}/voice/desk" in said
    assert "{" not in said


def test_the_page_of_how_to_go_live_has_the_addresses_the_checklist_prints(root):
    page = (root / "docs" / "going-live.md").read_text(encoding="utf-8")
    for line in setup.checklist(SETTINGS, BOOK).splitlines():
        if SETTINGS.public_base_url in line:
            address = line.split()[-1]
            assert address.split("#")[0] in page


def test_addresses_for_texts_are_named_once_texts_are_on(root):
    on = SETTINGS.model_copy(update={"text_messages": True})
    address = f"{SETTINGS.public_base_url}/text/received#rc=5&rp=all"
    assert address in setup.checklist(on, BOOK)
    assert "/text/" not in setup.checklist(SETTINGS, BOOK)
    assert address in (root / "docs" / "going-live.md").read_text(encoding="utf-8")
