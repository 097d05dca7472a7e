"""Do the fixtures every other test stands on hold?"""

import socket

import network_guard
import psycopg
import pytest
from private_postgres import plain


def test_the_private_postgres_answers_and_is_ours_alone(postgres_url):
    with psycopg.connect(plain(postgres_url)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("diversion",)


@pytest.mark.parametrize("way", ["connect", "connect_ex"])
def test_another_machine_cannot_be_reached(way):
    with socket.socket() as outside, pytest.raises(network_guard.OutsideConnectionError):
        getattr(outside, way)(("192.0.2.1", 80))
    assert network_guard.refused == ["192.0.2.1"]
    network_guard.refused.clear()


def test_a_name_out_there_cannot_be_looked_up():
    with pytest.raises(network_guard.OutsideConnectionError):
        socket.create_connection(("line.example.org", 443))
    network_guard.refused.clear()


def test_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_each_test_has_a_database_of_its_own(database_url):
    pytest.importorskip("storage.migrate")
    assert database_url.startswith(("sqlite:///", "postgresql+psycopg://"))
