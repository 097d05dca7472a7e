"""What would a server of the demo do, if it did nothing but live and end? Started by the tests."""

import argparse
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_args):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("notes", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--stubborn", action="store_true", help="deaf to a polite end")
    parser.add_argument("--fails", action="store_true", help="ends at once, with words")
    said = parser.parse_args()
    if said.fails:
        sys.exit(f"{said.name}: cannot go on")
    server = HTTPServer(("127.0.0.1", said.port), Healthy)

    def drain(*_):
        (said.notes / f"{said.name}.drained").touch()
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, signal.SIG_IGN if said.stubborn else drain)
    (said.notes / f"{said.name}.pid").write_text(str(os.getpid()))
    server.serve_forever(poll_interval=0.05)
    server.server_close()


if __name__ == "__main__":
    main()
