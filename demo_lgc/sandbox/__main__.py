"""`python -m demo_lgc.sandbox FOLDER`: the simulated services, until standard input ends or Ctrl+C.

One JSON line on standard output says where everything is; the parent closes our standard input to stop us,
and so does its death.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from demo_lgc.sandbox.world import World


def main(arguments: list[str]) -> int:
    """Serve until told to stop."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m demo_lgc.sandbox FOLDER\n")
        return 2
    world = World(Path(arguments[0]).resolve())
    try:
        world.start()
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        places = {"environment": str(world.environment), "control": world.control_url, "code": world.code}
        sys.stdout.write(json.dumps(places) + "\n")
        sys.stdout.flush()
        sys.stdin.buffer.read()
    except KeyboardInterrupt:
        pass  # Ctrl+C is the ordinary way to stop it by hand
    finally:
        world.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
