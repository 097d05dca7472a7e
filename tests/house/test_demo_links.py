"""Does the desk let in whom a link names, and nobody else?"""

from datetime import UTC, datetime, timedelta

from config.settings import Settings
from switchboard import links

SECRET = "a secret of at least thirty-two characters"


def settings(secret: str = SECRET, *, demo: bool = True) -> Settings:
    return Settings(secret_key=secret, public_base_url="http://localhost:8080", demo=demo)


def token(of: Settings) -> str:
    address = links.link(of, "ana@example.org")
    assert address.startswith("http://localhost:8080/sign-in/link/")
    return address.rsplit("/", 1)[1]


def read(by: Settings, made: str, *, after_minutes: float = 0) -> str | None:
    found = links.read(by, made, datetime.now(UTC) + timedelta(minutes=after_minutes))
    return found[0] if found else None


def test_the_desk_reads_the_link() -> None:
    assert read(settings(), token(settings())) == "ana@example.org"


def test_a_link_grows_old_in_hours_in_the_demo_and_in_minutes_elsewhere() -> None:
    made = token(settings())
    assert read(settings(), made, after_minutes=11 * 60)
    assert read(settings(), made, after_minutes=13 * 60) is None
    assert read(settings(demo=False), made, after_minutes=14)
    assert read(settings(demo=False), made, after_minutes=16) is None


def test_a_link_of_another_house_opens_nothing() -> None:
    made = token(settings("another secret, as long as the first one"))
    assert read(settings(), made) is None
