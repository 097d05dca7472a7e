"""Who works here, and at which desk are they now?"""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table

from storage.tables.columns import Instant, metadata

people = Table(  # storage/people.py maps Flask-Security's User onto this table
    "people",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("email", String(255), nullable=False, unique=True),
    Column("phone", String(32)),  # backup cell phone, E.164
    Column("languages", JSON, nullable=False),  # ["en", "es"]
    Column("skills", JSON, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("auto_answer", Boolean, nullable=False),  # "at desk, headset on"
    Column("active", Boolean, nullable=False),
    Column("password", String(255)),
    Column("fs_uniquifier", String(64), nullable=False, unique=True),
    Column("confirmed_at", Instant),
    Column("last_login_at", Instant),
    Column("current_login_at", Instant),
    Column("last_login_ip", String(64)),
    Column("current_login_ip", String(64)),
    Column("login_count", Integer),
    Column("tf_primary_method", String(64)),
    Column("tf_totp_secret", String(255)),
    Column("created_at", Instant, nullable=False),
)
roles = Table(
    "roles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("description", String(255)),
    Column("permissions", JSON),
)
people_roles = Table(
    "people_roles",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)
desks = Table(  # a clinician's state now; one row per person who ever went on duty
    "desks",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    # off | available | paused | connecting | talking | wrap_up
    Column("state", String(12), nullable=False),
    Column("state_since", Instant, nullable=False),
    Column("heard_at", Instant),  # last heartbeat; unheard for 25 s is not offered calls
    Column("active_at", Instant),  # last key or pointer at the desk
    Column("idle_since", Instant, nullable=False),  # end of the last call: longest idle goes first
    Column("call_id", String(40)),
    Column("why", String(40)),  # paused: missed_offer | asked
)
