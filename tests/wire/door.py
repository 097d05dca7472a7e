"""Who stands at the telephone door in its tests? The carrier's pen, and strangers without it."""

from collections.abc import Iterable
from urllib.parse import urlencode

from town import BASE, Town

from door.phone import SILENT
from emulator.engine import FAKE_TOKEN
from switchboard.hearing import VERBS
from telephony import forms, signature

FORM = "application/x-www-form-urlencoded"
PLAIN = {"phone.selftest"}  # neither TwiML nor a status: the doctor reads it

Pairs = Iterable[tuple[str, str]]


class Door:
    """A town with one caller in line and one clinician offered, and what may be posted to it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.ana = town.clinician("Ana").goes_on_duty()
        self.caller = town.transfers_from_911()
        town.waits(seconds=9)
        self.call = self.caller.call
        (self.offer,) = town.offers_of(self.call.id)
        self.client = town.app.test_client()

    @property
    def form(self) -> dict[str, str]:
        """What the carrier says of the caller's leg in every webhook."""
        return self.caller.leg.params()

    def routes(self) -> dict[str, str]:
        """An address of every POST route, and of every verb, by endpoint or verb; new ones too."""
        known = {
            "call_id": self.call.id,
            "offer_id": self.offer.id,
            "hop": self.call.hop,
            "turn": 1,
            "sound": "bed",
        }
        addresses = self.town.app.url_map.bind("line.example.org")
        found = {}
        for rule in self.town.app.url_map.iter_rules():
            if "POST" not in (rule.methods or ()):
                continue
            for verb in VERBS if "verb" in rule.arguments else [""]:
                given = {name: known.get(name, "other") for name in rule.arguments}
                given |= {"verb": verb} if verb else {}
                found[verb or rule.endpoint] = addresses.build(rule.endpoint, given, "POST")
        return found

    def voice_routes(self) -> list[str]:
        """Where a leg listens to the answer."""
        routes = self.routes()
        return [path for name, path in routes.items() if name not in SILENT | PLAIN]

    def status_routes(self) -> list[str]:
        return [path for name, path in self.routes().items() if name in SILENT]

    def post(self, path: str, form: Pairs | dict[str, str] | bytes, header: str | None = None):
        """As the carrier would; with `header`, signed by whoever wrote that."""
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        given = signed(path, body) if header is None else header
        headers = {"X-Twilio-Signature": given} if given else {}
        return self.client.post(path, BASE, data=body, content_type=FORM, headers=headers)


def signed(path: str, body: bytes, token: str = FAKE_TOKEN) -> str:
    return signature.sign(BASE + path, forms.pairs(body), token)
