"""Does the desk let in whom the demo's links name?"""

from config.settings import Settings
from console import signin
from switchboard import links


def settings(secret="a secret of at least thirty-two characters"):
    return Settings(secret_key=secret, public_base_url="http://localhost:8080")


def test_the_desk_reads_the_link_of_the_demo():
    address = links.link(settings(), "ana@example.org")
    assert address.startswith("http://localhost:8080/sign-in/link/")
    assert signin.read_link(settings(), address.rsplit("/", 1)[1]) == "ana@example.org"


def test_a_link_of_another_house_opens_nothing():
    address = links.link(settings("another secret, as long as the first one"), "ana@example.org")
    assert signin.read_link(settings(), address.rsplit("/", 1)[1]) is None
