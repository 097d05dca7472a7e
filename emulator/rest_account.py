"""How are the account, its numbers, applications and keys seen and set over REST?

Twilio's pages "Account", "IncomingPhoneNumber", "Application" and "Key" resources,
as far as provisioning a line needs them.
"""

from emulator.accounts import Application, Key, Number, SipDomain, SmsConfig, VoiceConfig
from emulator.errors import RestFailure
from emulator.rest import Ask, Json, RestResponse, not_found, route
from emulator.rest_calls import absolute, formatted
from emulator.rest_pages import date, equal, found, one_of, page

FIELDS = {
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "VoiceStatusCallbackUrl": "status_callback",
    "VoiceStatusCallbackMethod": "status_callback_method",
    "VoiceApplicationSid": "voice_application_sid",
}
SMS_FIELDS = {
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsFallbackMethod": "sms_fallback_method",
}
Owned = Number | Application | SipDomain


def configure(ask: Ask, thing: Owned) -> None:
    """Set what the form names; 21405: a fallback needs a primary URL."""
    wanted = {FIELDS[name]: text for name, text in ask.form.items() if name in FIELDS}
    for name, text in wanted.items():
        if name.endswith("_url") or name == "status_callback":
            if text:
                absolute(text, 21502)
        elif name.endswith("_method") and text not in ("GET", "POST"):
            raise RestFailure(400, 21403, f"Invalid method: {text}")
    url = wanted.get("voice_url", thing.voice.voice_url)
    if wanted.get("voice_fallback_url", thing.voice.voice_fallback_url) and not url:
        raise RestFailure(400, 21405, "A fallback URL requires a primary URL")
    for name, text in wanted.items():
        setattr(thing.voice, name, text)
    if "VoiceCallerIdLookup" in ask.form:
        thing.voice.voice_caller_id_lookup = ask.flag("VoiceCallerIdLookup")
    if isinstance(thing, Number):
        _configure_texts(ask, thing)
    thing.friendly_name = ask.form.get("FriendlyName", thing.friendly_name)
    thing.updated_at = ask.town.clock.now()


def _configure_texts(ask: Ask, number: Number) -> None:
    for name in SMS_FIELDS.keys() & ask.form.keys():
        text = ask.form[name]
        if name.endswith("Url") and text:
            absolute(text, 21502)
        elif name.endswith("Method") and text not in ("GET", "POST"):
            raise RestFailure(400, 21403, f"Invalid method: {text}")
        setattr(number.sms, SMS_FIELDS[name], text)


def _voice_fields(voice: VoiceConfig) -> Json:
    return {
        "voice_url": voice.voice_url or None,
        "voice_method": voice.voice_method,
        "voice_fallback_url": voice.voice_fallback_url or None,
        "voice_fallback_method": voice.voice_fallback_method,
        "voice_caller_id_lookup": voice.voice_caller_id_lookup,
        "status_callback": voice.status_callback or None,
        "status_callback_method": voice.status_callback_method,
    }


def _sms_fields(sms: SmsConfig) -> Json:
    return {
        "sms_url": sms.sms_url or None,
        "sms_method": sms.sms_method,
        "sms_fallback_url": sms.sms_fallback_url or None,
        "sms_fallback_method": sms.sms_fallback_method,
    }


def common_fields(ask: Ask, thing: Owned, path: str) -> Json:
    return {
        "sid": thing.sid,
        "account_sid": ask.town.account_sid,
        "api_version": "2010-04-01",
        "friendly_name": thing.friendly_name,
        "date_created": date(thing.created_at),
        "date_updated": date(thing.updated_at),
        "uri": f"{ask.base}/{path}/{thing.sid}.json",
    }


# --- the account ---------------------------------------------------------------------------


@route("GET", "")
def fetch_account(ask: Ask) -> RestResponse:
    town = ask.town
    trial = town.profile == "trial"
    names = ("Calls", "Conferences", "Queues", "IncomingPhoneNumbers", "Applications", "Keys")
    links = {_snake(name): f"{ask.base}/{name}.json" for name in names}
    return RestResponse(
        200,
        {
            "sid": town.account_sid,
            "owner_account_sid": town.account_sid,
            "friendly_name": town.friendly_name,
            "status": "active",
            "type": "Trial" if trial else "Full",
            "auth_token": town.auth_token,
            "date_created": date(town.created_at),
            "date_updated": date(town.updated_at),
            "uri": f"{ask.base}.json",
            "subresource_uris": links,
        },
    )


@route("POST", "")
def update_account(ask: Ask) -> RestResponse:
    """Only its name: an account that is suspended or closed could not be tried any more."""
    status = ask.form.get("Status", "active")
    if status != "active":
        raise RestFailure(400, 20001, f"The emulator's account cannot become {status}")
    ask.town.friendly_name = ask.form.get("FriendlyName", ask.town.friendly_name)
    ask.town.updated_at = ask.town.clock.now()
    return fetch_account(ask)


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")


# --- numbers -------------------------------------------------------------------------------


def show_number(ask: Ask, number: Number) -> Json:
    common = common_fields(ask, number, "IncomingPhoneNumbers")
    common |= _voice_fields(number.voice) | _sms_fields(number.sms)
    return common | {
        "phone_number": number.phone_number,
        "friendly_name": number.friendly_name or formatted(number.phone_number),
        "voice_application_sid": number.voice.voice_application_sid or None,
        "sms_application_sid": None,
        "voice_receive_mode": "voice",
        "address_requirements": "none",
        "address_sid": None,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "identity_sid": None,
        "origin": "twilio",
        "status": "in-use",
        "trunk_sid": None,
        "type": "local",
    }


def find_number(ask: Ask) -> Number:
    for number in ask.town.numbers.values():
        if number.sid == ask.ids[0]:
            return number
    raise not_found(ask.request.path)


@route("GET", "/IncomingPhoneNumbers")
def list_numbers(ask: Ask) -> RestResponse:
    some = [
        number
        for number in ask.town.numbers.values()
        if ask.query.get("PhoneNumber", "").lstrip("+") in number.phone_number
        and equal(ask, "FriendlyName", number.friendly_name)
    ]
    name = "incoming_phone_numbers"
    return page(ask, name, "/IncomingPhoneNumbers", some, lambda one: show_number(ask, one))


@route("POST", "/IncomingPhoneNumbers")
def buy_number(ask: Ask) -> RestResponse:
    phone_number = ask.needs("PhoneNumber", 21421)
    if phone_number in ask.town.numbers:
        raise RestFailure(400, 21422, f"{phone_number} is not available")
    number = ask.town.number(phone_number)
    try:
        configure(ask, number)
    except RestFailure:
        del ask.town.numbers[phone_number]
        raise
    return RestResponse(201, show_number(ask, number))


def release_number(ask: Ask, number: Number) -> None:
    del ask.town.numbers[number.phone_number]


one_of("/IncomingPhoneNumbers", find_number, show_number, configure, release_number)


# --- applications --------------------------------------------------------------------------


def show_application(ask: Ask, application: Application) -> Json:
    common = common_fields(ask, application, "Applications")
    common |= _voice_fields(application.voice) | _sms_fields(SmsConfig())
    return common | {
        "sms_status_callback": None,
        "message_status_callback": None,
        "public_application_connect_enabled": False,
    }


def find_application(ask: Ask) -> Application:
    return found(ask, ask.town.applications)


@route("GET", "/Applications")
def list_applications(ask: Ask) -> RestResponse:
    some = [
        one
        for one in ask.town.applications.values()
        if equal(ask, "FriendlyName", one.friendly_name)
    ]
    return page(ask, "applications", "/Applications", some, lambda one: show_application(ask, one))


@route("POST", "/Applications")
def create_application(ask: Ask) -> RestResponse:
    application = ask.town.application(friendly_name=ask.form.get("FriendlyName", ""))
    configure(ask, application)
    return RestResponse(201, show_application(ask, application))


def delete_application(ask: Ask, application: Application) -> None:
    del ask.town.applications[application.sid]


one_of("/Applications", find_application, show_application, configure, delete_application)


# --- keys ----------------------------------------------------------------------------------


def show_key(_ask: Ask, key: Key) -> Json:
    return {
        "sid": key.sid,
        "friendly_name": key.friendly_name,
        "date_created": date(key.created_at),
        "date_updated": date(key.updated_at),
    }


def find_key(ask: Ask) -> Key:
    return found(ask, ask.town.keys)


@route("GET", "/Keys")
def list_keys(ask: Ask) -> RestResponse:
    return page(ask, "keys", "/Keys", list(ask.town.keys.values()), lambda one: show_key(ask, one))


@route("POST", "/Keys")
def create_key(ask: Ask) -> RestResponse:
    """The only answer that ever contains the secret."""
    town, now = ask.town, ask.town.clock.now()
    secret = f"{town.clock.random.getrandbits(128):032x}"
    key = Key(town.new_sid("SK"), ask.form.get("FriendlyName", ""), secret, now, now)
    town.keys[key.sid] = key
    return RestResponse(201, show_key(ask, key) | {"secret": secret})


def rename_key(ask: Ask, key: Key) -> None:
    key.friendly_name = ask.form.get("FriendlyName", key.friendly_name)
    key.updated_at = ask.town.clock.now()


def delete_key(ask: Ask, key: Key) -> None:
    del ask.town.keys[key.sid]


one_of("/Keys", find_key, show_key, rename_key, delete_key)
