"""How are SIP domains seen and set over REST? (Twilio's page "SIP Domain resource".)"""

from emulator.accounts import SipDomain
from emulator.errors import RestFailure
from emulator.rest import Ask, Json, RestResponse, not_found, route
from emulator.rest_account import common_fields, configure
from emulator.rest_pages import one_of, page


def show(ask: Ask, domain: SipDomain) -> Json:
    voice = domain.voice
    return common_fields(ask, domain, "SIP/Domains") | {
        "domain_name": domain.domain_name,
        "auth_type": "",
        "voice_url": voice.voice_url or None,
        "voice_method": voice.voice_method,
        "voice_fallback_url": voice.voice_fallback_url or None,
        "voice_fallback_method": voice.voice_fallback_method,
        "voice_status_callback_url": voice.status_callback or None,
        "voice_status_callback_method": voice.status_callback_method,
        "sip_registration": False,
        "emergency_calling_enabled": False,
        "secure": False,
        "byoc_trunk_sid": None,
        "emergency_caller_sid": None,
        "subresource_uris": {},
    }


def find(ask: Ask) -> SipDomain:
    for domain in ask.town.sip_domains.values():
        if domain.sid == ask.ids[0]:
            return domain
    raise not_found(ask.request.path)


@route("GET", "/SIP/Domains")
def list_domains(ask: Ask) -> RestResponse:
    every = list(ask.town.sip_domains.values())
    return page(ask, "domains", "/SIP/Domains", every, lambda one: show(ask, one))


@route("POST", "/SIP/Domains")
def create_domain(ask: Ask) -> RestResponse:
    name = ask.needs("DomainName", 21231)
    if not name.endswith(".sip.twilio.com") or name in ask.town.sip_domains:
        raise RestFailure(400, 21232, f"DomainName {name} is not valid or is taken")
    domain = ask.town.sip_domain(name)
    try:
        configure(ask, domain)
    except RestFailure:
        del ask.town.sip_domains[name]
        raise
    return RestResponse(201, show(ask, domain))


def delete_domain(ask: Ask, domain: SipDomain) -> None:
    del ask.town.sip_domains[domain.domain_name]


one_of("/SIP/Domains", find, show, configure, delete_domain)
