"""Does every operation that is offered answer as Twilio's own API description says it must?"""

import json
import re
from pathlib import Path

import pytest
from twilio.base.exceptions import TwilioRestException
from wire.emulator_town import APP, BASE, CLINICIAN, LINE, Town, api, assert_valid

from emulator import rest
from emulator.rest import RestRequest, handle

DOMAIN = "county.sip.twilio.com"


class World(Town):
    """One of everything: a caller in the line, two in a room, an ended call, and what is owned."""

    def __init__(self):
        super().__init__(calls_per_second=100)
        self.emulator.sip_domain(DOMAIN, voice_url=f"{BASE}/voice")
        self.ended = self.calls("<Hangup/>", 2)
        self.waiting = self.calls("<Enqueue waitUrl=''>crisis</Enqueue>", 2)
        room = "<Dial><Conference waitUrl='' participantLabel='{}'>room</Conference></Dial>"
        self.on("/voice", room.format("caller"))
        self.talking = self.emulator.phone("+13145550151").dials(LINE)
        self.on("/desk", room.format("clinician"))
        self.softphone = self.emulator.softphone("ana").connects(APP)
        self.text = self.emulator.text_in("+13145550151", LINE, "Hello")
        self.after(2)
        self.base = f"/2010-04-01/Accounts/{self.emulator.account_sid}"
        told = self.ask("POST", f"/Calls/{self.softphone.sid}/{SUBSCRIPTIONS}", Callback=BASE)
        self.subscription = told.json["sid"]

    def ask(self, method, path, **form):
        auth = (self.emulator.account_sid, self.emulator.auth_token)
        request = RestRequest(method, f"{self.base}{path}.json", list(form.items()), auth=auth)
        return handle(self.emulator, request)

    def owned(self, what):
        """The SID of the first of these."""
        return next(iter(getattr(self.emulator, what).values())).sid

    def named(self, template):
        """The path of a route, with somebody who is really there for each identifier."""
        return template.format(*[one(self) for one in THERE[template]])


SUBSCRIPTIONS = "UserDefinedMessageSubscriptions"
ROOM, QUEUE = (lambda it: it.owned("conferences")), (lambda it: it.owned("queues"))
THERE = {
    "": [],
    "/Applications": [],
    "/Applications/{}": [lambda it: it.owned("applications")],
    "/Calls": [],
    "/Calls/{}": [lambda it: it.talking.sid],
    "/Calls/{}/UserDefinedMessages": [lambda it: it.softphone.sid],
    f"/Calls/{{}}/{SUBSCRIPTIONS}": [lambda it: it.softphone.sid],
    f"/Calls/{{}}/{SUBSCRIPTIONS}/{{}}": [lambda it: it.softphone.sid, lambda it: it.subscription],
    "/Conferences": [],
    "/Conferences/{}": [ROOM],
    "/Conferences/{}/Participants": [ROOM],
    "/Conferences/{}/Participants/{}": [ROOM, lambda it: it.talking.sid],
    "/IncomingPhoneNumbers": [],
    "/IncomingPhoneNumbers/{}": [lambda it: it.owned("numbers")],
    "/Keys": [],
    "/Keys/{}": [lambda it: it.owned("keys")],
    "/Messages": [],
    "/Messages/{}": [lambda it: it.text.sid],
    "/Queues": [],
    "/Queues/{}": [QUEUE],
    "/Queues/{}/Members": [QUEUE],
    "/Queues/{}/Members/{}": [QUEUE, lambda _it: "Front"],
    "/SIP/Domains": [],
    "/SIP/Domains/{}": [lambda it: it.owned("sip_domains")],
}
CALL = {"To": CLINICIAN, "From": LINE}
FORMS = {
    "POST /Calls": CALL | {"Url": f"{BASE}/x"},
    "POST /Calls/{}": {"Twiml": "<Response><Say>Hello</Say></Response>"},
    "POST /Calls/{}/UserDefinedMessages": {"Content": "{}"},
    f"POST /Calls/{{}}/{SUBSCRIPTIONS}": {"Callback": BASE},
    "POST /Conferences/{}": {"Status": "completed"},
    "POST /Conferences/{}/Participants": CALL,
    "POST /Conferences/{}/Participants/{}": {"Muted": "true"},
    "POST /IncomingPhoneNumbers": {"PhoneNumber": "+13145550111"},
    "POST /Messages": CALL | {"Body": "Hello"},
    "POST /Messages/{}": {"Body": ""},
    "POST /Queues": {"FriendlyName": "second"},
    "POST /Queues/{}/Members/{}": {"Url": f"{BASE}/x"},
    "POST /SIP/Domains": {"DomainName": "second.sip.twilio.com"},
}


def routes():
    rest._load_routes()
    for method, pattern, _ in rest.ROUTES:
        yield method, pattern.pattern.removesuffix(r"(?:\.json)?").replace("([^/]+?)", "{}")


@pytest.mark.parametrize(("method", "template"), sorted(routes()))
def test_every_operation_offered_answers_by_the_description(method, template):
    """Twilio: its OpenAPI description; the false alarms stand in emulator_town.FALSE_ALARMS."""
    world = World()
    path = world.named(template)
    if (method, template) == ("DELETE", "/Calls/{}"):
        path = f"/Calls/{world.ended.sid}"
    if (method, template) == ("DELETE", "/Queues/{}"):
        world.waiting.hang_up()
    answer = world.ask(method, path, **FORMS.get(f"{method} {template}", {}))
    assert answer.status in (200, 201, 204), answer.json
    text = "" if answer.json is None else json.dumps(answer.json)
    assert_valid(method, f"{world.base}{path}.json", answer.status, text)


# Form fields and filters of offered operations that change nothing here, with the reason.
MESSAGES = "SmsUrl SmsMethod SmsFallbackUrl SmsFallbackMethod SmsStatusCallback SmsApplicationSid "
# Of services, of media, of how it is billed, or of later: without a service nothing of it happens.
PASSED_OVER_OF_TEXTS = (
    "ApplicationSid MaxPrice ProvideFeedback Attempt ValidityPeriod ForceDelivery FallbackFrom "
    "ContentRetention AddressRetention SmartEncoded PersistentAction TrafficType ShortenUrls "
    "ScheduleType SendAsMms ContentVariables RiskCheck"
)
NUMBERS = "AddressSid BundleSid EmergencyAddressSid EmergencyStatus IdentitySid TrunkSid"
PASSED_OVER = {
    "Applications": MESSAGES + "ApiVersion MessageStatusCallback PublicApplicationConnectEnabled",
    "IncomingPhoneNumbers": f"{MESSAGES}{NUMBERS} AccountSid ApiVersion AreaCode Beta Origin "
    "VoiceReceiveMode",
    # Who is shown, why, and how it is billed or cut: heard by nobody and told to no webhook.
    "Calls": "SipAuthUsername SipAuthPassword Trim CallerId Byoc CallReason CallToken "
    "ClientNotificationUrl MachineDetectionSilenceTimeout",
    "Participants": "SipAuthUsername SipAuthPassword Trim CallerId Byoc CallReason CallToken "
    "ClientNotificationUrl MachineDetectionSilenceTimeout EarlyMedia ConferenceTrim Region "
    "JitterBufferSize CallerDisplayName",
    "Domains": "SipRegistration EmergencyCallingEnabled Secure ByocTrunkSid EmergencyCallerSid",
    "Messages": PASSED_OVER_OF_TEXTS,
    "UserDefinedMessages": "IdempotencyKey",
    SUBSCRIPTIONS: "IdempotencyKey",
}
PAGING = {"Page", "PageSize", "PageToken"}


def test_every_parameter_is_performed_or_passed_over_by_name():
    """Twilio: its OpenAPI description, the forms and filters of what is offered."""
    room = Path(rest.__file__).parent
    source = "".join(path.read_text() for path in room.glob("rest*.py"))
    source += "".join(
        f'"{name}{end}"' for name in CALLBACKS for end in ("", "Url", "Method", "Event")
    )
    unknown = set()
    for template, operations in api()["paths"].items():
        below = re.sub(r"\{[^}]+\}", "{}", template).removeprefix(ACCOUNT).removesuffix(".json")
        for method in {"get", "post"} & set(operations):
            if (method.upper(), below) not in set(routes()):
                continue
            noun = below.rstrip("/{}").rpartition("/")[2]
            for name in parameters(operations[method]) - PAGING:
                if f'"{name}"' not in source and name not in PASSED_OVER.get(noun, "").split():
                    unknown.add(f"{noun}: {name}")
    assert not unknown


# Read by `subscriptions(ask, name)`, `_goto(ask, name)` and `detection_of`, which add the endings.
CALLBACKS = {
    "StatusCallback",
    "RecordingStatusCallback",
    "ConferenceStatusCallback",
    "ConferenceRecordingStatusCallback",
    "AmdStatusCallback",
    "AsyncAmdStatusCallback",
    "Announce",
    "Hold",
    "Wait",
}
ACCOUNT = "/2010-04-01/Accounts/{}"


def parameters(operation):
    """The names of a form's fields and of the filters (`StartTime<` is `StartTime`)."""
    content = operation.get("requestBody", {}).get("content", {})
    form = content.get("application/x-www-form-urlencoded", {}).get("schema", {})
    query = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
    return {name.rstrip("<>") for name in query | set(form.get("properties", {}))}


def test_whatever_is_not_offered_answers_20404_and_a_wrong_method_20004():
    """Twilio: errors 20404 and 20004; the README lists what is not offered."""
    town = Town()
    account, auth = town.emulator.account_sid, (town.emulator.account_sid, town.emulator.auth_token)
    offered = set(routes())
    refused = 0
    for template, operations in api()["paths"].items():
        path = template.replace("{AccountSid}", account)
        below = path.removeprefix(f"/2010-04-01/Accounts/{account}").removesuffix(".json")
        below = re.sub(r"\{[^}]+\}", "{}", below)
        for method in {"get", "post", "delete"} & set(operations):
            if (method.upper(), below) in offered or template.endswith("Accounts/{Sid}.json"):
                continue
            answer = handle(town.emulator, RestRequest(method.upper(), path, auth=auth))
            assert (answer.status, answer.json["code"]) == (404, 20404), (method, template)
            refused += 1
    assert refused > 100
    wrong = handle(
        town.emulator, RestRequest("PUT", f"/2010-04-01/Accounts/{account}/Calls.json", auth=auth)
    )
    assert (wrong.status, wrong.json["code"]) == (405, 20004)


def test_the_account_gets_another_name_and_is_never_closed():
    """Twilio: Accounts resource, FriendlyName and Status."""
    town = Town()
    account = town.client.api.accounts(town.emulator.account_sid)
    assert account.update(friendly_name="County").friendly_name == "County"
    assert account.fetch().status == "active"
    with pytest.raises(TwilioRestException) as refused:
        account.update(status="closed")
    assert (refused.value.status, refused.value.code) == (400, 20001)
