"""Does every error that the voice SDK can meet have words that tell a clinician what to do?"""

import re

CLIENT_CODES = [
    "20101",
    "20104",
    "20151",
    "31000",
    "31003",
    "31005",
    "31008",
    "31009",
    "31202",
    "31204",
    "31205",
    "31206",
    "31207",
    "31401",
    "31402",
    "31404",
    "31480",
    "31486",
    "31603",
    "53000",
    "53001",
    "53400",
    "53402",
    "53405",
]  # TWILIO.md section 3, the client's codes that an operator must be told in words


def words_of(root) -> dict[str, str]:
    script = (root / "console/static/softphone.js").read_text()
    sentences = dict(re.findall(r'^const ([A-Z_]+) = "(.+)";$', script, re.MULTILINE))
    told = re.findall(r'(\d{5}): (?:"([^"]+)"|([A-Z_]+)),', script)
    return {code: plain or sentences[name] for code, plain, name in told}


def test_every_code_of_the_client_has_words(root):
    assert set(CLIENT_CODES) <= set(words_of(root))


def test_words_say_what_to_do_next(root):
    doing = re.compile(r"\b(Allow|Plug|Press|Sign|Tell|Try|Check|Wait)\b", re.IGNORECASE)
    assert all(doing.search(words) for words in words_of(root).values())


def test_no_words_for_what_the_sdk_never_says(root):
    (sdk,) = (root / "console/static/vendor").glob("twilio-voice-*.min.js")
    known = re.findall(r"code[:=](\d+(?:e\d)?)\b", sdk.read_text())
    assert {int(code) for code in words_of(root)} <= {int(float(code)) for code in known}
