"""Does every address ask who is there, and does every change ask whether it was meant?"""

import pytest
from people_door import CAST
from werkzeug.routing import Rule

from console.guard import OURS, SAFE
from console.permissions import ALLOWED, ANYBODY, ROLES

WHO = {role: name for name, (_, roles) in CAST.items() for role in roles}
NOTHING = "no-such-thing"
SIGN_IN = {"security.logout"}  # ends the session the other cases need
LASTING = {"console.events"}  # a stream: tests/pages/test_stream.py


def rules(app) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in OURS
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def address(rule: Rule) -> str:
    _, path = rule.build(dict.fromkeys(rule.arguments, NOTHING))
    return path


def test_every_page_has_a_row_in_the_table(house):
    known = {
        rule.endpoint for rule in house.app.url_map.iter_rules() if "console." in rule.endpoint
    }
    assert known == {name for name in ALLOWED if name.startswith("console.")}


def test_an_address_without_a_row_is_refused(visitor):
    assert visitor("ada").get("/sign-in/code").status_code != 403  # has one
    assert visitor("ada").get("/tf-rescue").status_code == 403  # the library's, not ours


@pytest.mark.parametrize("role", [*ROLES, "none"])
def test_each_role_enters_exactly_what_the_table_says(house, visitor, role):
    person = visitor("dana" if role == "none" else WHO[role])
    wrong = []
    for rule, method in rules(house.app):
        roles = ALLOWED.get(rule.endpoint, frozenset())
        if roles == ANYBODY or rule.endpoint in SIGN_IN | LASTING:
            continue
        status = (
            person.get(address(rule))
            if method == "GET"
            else person.post(address(rule), method=method)
        ).status_code
        if (status == 403) is (role in roles) or status >= 500:
            wrong.append((method, rule.rule, status))
    assert not wrong


@pytest.mark.parametrize("who", [None, "ana"])
@pytest.mark.parametrize(("path", "code"), [("/nowhere", 404), ("/roster/copies", 405)])
def test_an_address_that_is_nobodys_shows_the_way_on(visitor, who, path, code):
    answer = visitor(who).get(path)
    assert answer.status_code == code
    assert '<a href="/">Go on</a>' in answer.text
    assert answer.headers["Content-Security-Policy"]


def test_a_stranger_is_asked_to_sign_in(house, visitor):
    stranger = visitor(None)
    for rule, method in rules(house.app):
        if ALLOWED.get(rule.endpoint) == ANYBODY:
            continue
        answer = (
            stranger.get(address(rule))
            if method == "GET"
            else stranger.post(address(rule), method=method)
        )
        assert answer.status_code in (302, 401), rule.rule
        assert answer.status_code == 401 or answer.location.startswith("/sign-in")


HOW = {
    "no token": {"X-CSRF-Token": ""},
    "somebody else's token": {"X-CSRF-Token": "IjEi.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"},
    "another site's form": {"Sec-Fetch-Site": "cross-site"},
    "another site's script": {"Origin": "https://elsewhere.example"},
}


@pytest.mark.parametrize("how", HOW)
def test_a_change_that_was_not_meant_is_refused(house, visitor, how):
    for name in ("ana", "cora", "ada"):
        person = visitor(name)
        for rule, method in rules(house.app):
            if method in SAFE:
                continue
            answer = person.post(address(rule), method=method, headers=HOW[how])
            assert answer.status_code == 403, (method, rule.rule)


def test_pages_forbid_what_they_do_not_need(visitor):
    headers = visitor("ana").get("/desk").headers
    policy = headers["Content-Security-Policy"]
    for rule in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
