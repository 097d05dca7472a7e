"""Where clocks are born: each is `diversion clock`, forked from a process that has read the code.

`python clocks_nursery.py LEASE_SECONDS QUIET_SECONDS`; a line on its input is one more clock, whose
process id it says. Started anew, each would read the code for seconds, and little would be left to
kill. For tests alone: how soon a lease ends and an unknown ring is none is given.
"""

import os
import signal
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]


def main() -> None:
    import apscheduler.schedulers.blocking
    import twilio.rest

    from switchboard import evidence
    from switchboard.__main__ import cli

    assert apscheduler.schedulers.blocking
    assert twilio.rest
    evidence.LEASE_SECONDS, evidence.QUIET_SECONDS = map(float, sys.argv[1:3])  # type: ignore[assignment]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is killed is gone at once
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            os.close(sys.stdin.fileno())
            cli(["clock"])
        print(pid, flush=True)


if __name__ == "__main__":
    main()
