"""Is everybody told of hours that change within two days, once, though the mail server goes away?"""

import socket
import socketserver
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from store.racing import race
from town import Town

from switchboard import confirmations, mail, roster_book

HOUR = timedelta(hours=1)


class Mailbox(socketserver.StreamRequestHandler):
    """A mail server of one conversation at a time; `says` answers to RCPT, DATA and the letter."""

    def handle(self):
        self.say("220 here")
        for raw in self.rfile:
            word = raw.decode().split()[0].upper()
            if word == "DATA":
                self.letter()
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say(self.server.says.get(word, "250 fine"))

    def letter(self):
        if not self.say(self.server.says.get("DATA", "354 go on")).startswith("354"):
            return
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.decode())
        self.server.letters.append("".join(lines))
        if self.server.says.get("letter") == "silence":
            self.connection.shutdown(socket.SHUT_RDWR)  # nobody waits for a word of it
        else:
            self.say(self.server.says.get("letter", "250 taken"))

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())
        return words


@contextmanager
def mailbox(**says):
    socketserver.TCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox) as server:
        server.daemon_threads, server.letters, server.says = True, [], says
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def closed_port():
    with socketserver.TCPServer(("127.0.0.1", 0), Mailbox) as server:
        return server.server_address[1]


@pytest.fixture
def town(database_url):
    with Town.opened(database_url) as opened:
        opened.ids = {n: opened.clinician(n, tier=None).id for n in ("Ana", "Ben")}
        yield opened


def plans(town, *shifts, actor="cora"):
    """Each shift is (who, from, to), in hours from now."""
    one_offs = [
        {"tier": "primary", "person": town.ids[who], "start": (town.now + start * HOUR).isoformat(),
         "end": (town.now + end * HOUR).isoformat()}
        for who, start, end in shifts
    ]  # fmt: skip
    with town.store.begin() as rows:
        number, _ = roster_book.newest(rows)
        given = {"based_on": number, "leave_uncovered": "a test's"}
        wanted = {"zone": "America/Chicago", "one_offs": one_offs}
        roster_book.save(rows, wanted, actor, "as planned", town.now, **given)


def told(town, who):
    with town.store.read() as rows:
        return [one.text for one in rows.notices.unseen(town.ids[who], town.now - 48 * HOUR)]


def states(town):
    with town.store.read() as rows:
        return [
            one.mail_state
            for who in town.ids.values()
            for one in rows.notices.unseen(who, town.now - 99 * HOUR)
        ]


def with_mail(town, port):
    facts = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
    settings = town.board.settings.model_copy(update=facts | {"mail_from": "r@example.org"})
    return replace(town.board, settings=settings)


def test_who_gains_or_loses_hours_within_two_days_is_told(town):
    plans(town, ("Ana", 20, 28))
    (gained,) = told(town, "Ana")
    assert gained.startswith("The roster changed within two days. You are now on call: primary, ")
    plans(town, ("Ben", 20, 28), ("Ana", 47, 60))
    assert len(told(town, "Ben")) == 1
    assert any("You are no longer on call" in text for text in told(town, "Ana"))


def test_what_is_far_off_or_ones_own_doing_is_no_news(town):
    plans(town, ("Ana", 49, 60))
    plans(town, ("Ana", 49, 60), ("Ben", 20, 28), actor=town.ids["Ben"])
    assert (told(town, "Ana"), told(town, "Ben")) == ([], [])


def test_it_goes_by_mail_once_and_says_nothing_but_hours(town):
    plans(town, ("Ana", 20, 28))
    with mailbox() as server:
        board = with_mail(town, server.server_address[1])
        for _ in range(3):
            mail.sweep(board)
    (letter,) = server.letters
    assert "Subject: Your hours on the roster changed" in letter
    assert "You are now on call" in letter.replace("=\n", "").replace("=\r\n", "")
    assert states(town) == ["sent"]


def test_without_a_mail_server_nothing_is_tried(town):
    plans(town, ("Ana", 20, 28))
    mail.sweep(town.board)
    assert states(town) == ["owed"]


def test_a_mail_server_that_is_away_or_busy_loses_nothing(town):
    plans(town, ("Ana", 20, 28))
    mail.sweep(with_mail(town, closed_port()))
    assert states(town) == ["owed"]
    with mailbox(RCPT="451 later") as busy:
        mail.sweep(with_mail(town, busy.server_address[1]))
        assert states(town) == ["owed"]
        town.passes(hours=1)
        mail.sweep(with_mail(town, busy.server_address[1]))
    town.passes(hours=1)
    with mailbox() as server:
        mail.sweep(with_mail(town, server.server_address[1]))
    assert len(server.letters) == 1
    assert states(town) == ["sent"]


@pytest.mark.parametrize(
    ("says", "state"),
    [
        ({"RCPT": "550 nobody here"}, "failed"),
        ({"letter": "554 no"}, "failed"),
        ({"letter": "silence"}, "sending"),  # it may have gone
    ],
)
def test_what_may_have_gone_or_is_refused_is_not_sent_again(town, says, state):
    plans(town, ("Ana", 20, 28))
    with mailbox(**says) as server:
        board = with_mail(town, server.server_address[1])
        mail.sweep(board)
        assert states(town) == [state]
        many = len(server.letters)
        town.passes(hours=2)
        mail.sweep(board)
        assert len(server.letters) == many


def test_sweeps_at_the_same_moment_send_it_once(town, database_url):
    plans(town, ("Ana", 20, 28))
    with mailbox() as server:
        board = with_mail(town, server.server_address[1])

        def attempt(store, _round, _racer):
            mail.sweep(replace(board, store=store))

        race(database_url, 1, attempt)
    assert len(server.letters) == 1


def test_what_is_two_days_old_is_no_news(town):
    plans(town, ("Ana", 20, 28))
    town.passes(days=2, hours=1)
    with mailbox() as server:
        mail.sweep(with_mail(town, server.server_address[1]))
    assert server.letters == []
    assert states(town) == ["failed"]


def reminded(town):
    confirmations.sweep(town.board)
    with town.store.read() as rows:
        return [one for one in rows.notices.owed(town.now) if one.kind == "reminder"]


def test_a_shift_that_begins_soon_is_brought_to_mind_by_mail_once(town):
    plans(town, ("Ana", 20, 28), ("Ben", 30, 36), actor=town.ids["Ana"])
    (letter,) = reminded(town)
    assert letter.person_id == town.ids["Ana"]
    assert letter.text.startswith("You are on call soon: primary, ")
    assert letter.text.endswith("Please say that you will be there, or ask for cover.")
    assert len(reminded(town)) == 1, "one of each shift"
    plans(town, ("Ana", 21, 28), ("Ben", 30, 36), actor=town.ids["Ana"])
    assert len(reminded(town)) == 2, "other hours are another shift"
    with mailbox() as server:
        mail.sweep(with_mail(town, server.server_address[1]))
    (mine, _) = [one for one in server.letters if "Subject: You are on call soon" in one]
    assert "/roster/mine" in mine


def test_who_confirmed_or_is_gone_is_not_reminded(town):
    plans(town, ("Ana", 20, 28), ("Ben", 20, 28))
    with town.store.begin() as rows:
        rows.people.update(replace(rows.people.get(town.ids["Ben"]), active=False))
        (shift, _) = confirmations.unconfirmed(rows, town.now, 24 * HOUR)
        confirmations.confirm(town.board, rows, shift, town.ids["Ana"], town.now)
    assert reminded(town) == []


def test_two_clocks_remind_once(town, database_url):
    plans(town, ("Ana", 20, 28), actor=town.ids["Ana"])
    race(database_url, 1, lambda store, *_: confirmations.sweep(replace(town.board, store=store)))
    assert len(reminded(town)) == 1


def test_the_coordinator_has_the_watchs_word_by_mail_too(town):
    with town.store.begin() as rows:
        rows.people.update(replace(rows.people.get(town.ids["Ben"]), roles=("coordinator",)))
    plans(town, ("Ana", 10, 18), actor=town.ids["Ana"])
    confirmations.sweep(town.board)
    assert told(town, "Ben") == [], "it stands among the tasks"
    with mailbox() as server:
        mail.sweep(with_mail(town, server.server_address[1]))
    (letter,) = (one for one in server.letters if "Subject: The roster" in one)
    assert "Subject: The roster: please look" in letter
    assert "is not confirmed" in letter


def test_who_has_seen_it_is_not_shown_it_again(town):
    plans(town, ("Ana", 20, 28))
    with town.store.begin() as rows:
        (one,) = rows.notices.unseen(town.ids["Ana"], town.now - HOUR)
        assert not rows.notices.see(one.id, town.ids["Ben"], town.now)
        assert rows.notices.see(one.id, town.ids["Ana"], town.now)
    assert told(town, "Ana") == []
