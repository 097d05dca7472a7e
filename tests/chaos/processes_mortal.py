"""A web or clock process of ours that can be made to die at numbered points; for tests alone.

`python processes_mortal.py FOLDER web|clock [what gunicorn is given]`
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]


def main() -> None:
    folder, role, *given = sys.argv[1:]
    from chaos import processes_points

    import webhooks  # noqa: F401  (every room, so that the points find them)

    processes_points.install(Path(folder))
    if role == "clock":
        from switchboard.__main__ import cli

        cli(["clock"])
    else:
        from gunicorn.app.wsgiapp import run

        sys.argv = ["gunicorn", "--config", str(ROOT / "config/gunicorn.py"), *given]
        run()


if __name__ == "__main__":
    main()
