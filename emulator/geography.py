"""Which city does Twilio say a number is in?

Only what the fictional cast needs: an unknown place gives empty strings, never missing fields.
"""

from functools import lru_cache

AREAS = {
    "314": ("ST. LOUIS", "MO", "63101"),
    "636": ("ST. CHARLES", "MO", "63301"),
    "618": ("EAST ST. LOUIS", "IL", "62201"),
}
# A withheld number spells ANONYMOUS on the keypad; Twilio really places it in Lesotho. That it
# places RESTRICTED, BLOCKED, UNAVAILABLE and UNKNOWN by their codes too is inferred.
COUNTRIES = (
    ("+1", "US"),
    ("+266", "LS"),
    ("+256", "UG"),
    ("+44", "GB"),
    ("+52", "MX"),
    ("+7", "RU"),
    ("+84", "VN"),
    ("+86", "CN"),
)


@lru_cache(maxsize=4096)
def place(number: str) -> tuple[str, str, str, str]:
    """City, state, postal code, country."""
    country = next((code for prefix, code in COUNTRIES if number.startswith(prefix)), "")
    city, state, code = AREAS.get(number[2:5], ("", "", "")) if country == "US" else ("", "", "")
    return city, state, code, country


@lru_cache(maxsize=4096)
def _place_fields(caller: str, called: str) -> tuple[tuple[str, str], ...]:
    fields: list[tuple[str, str]] = []
    for role, number in (("From", caller), ("Caller", caller), ("To", called), ("Called", called)):
        names = (f"{role}City", f"{role}State", f"{role}Zip", f"{role}Country")
        fields.extend(zip(names, place(number), strict=True))
    return tuple(fields)


def place_fields(caller: str, called: str) -> dict[str, str]:
    return dict(_place_fields(caller, called))
