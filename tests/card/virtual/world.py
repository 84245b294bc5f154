"""A PC/SC stack of our own, with a virtual reader in it, that disturbs nobody and leaves nothing.

pcscd listens at a path that is built in, and vpcd on every address of the machine. So the daemon runs in a
network namespace, and in a mount namespace where /run/pcscd is a folder of ours; programs reach it through
that folder (PCSCLITE_CSOCK_NAME). Several worlds, and the pcscd of the machine, live side by side. In a
chroot, where mounts cannot be made private, the daemon takes the built-in path and keeps others out.

Reference: pcscd(8); libpcsclite (PCSCLITE_CSOCK_NAME); OpenSC opensc.conf (OPENSC_CONF).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from demo_lgc.settings import CardSettings
from tests.card.virtual.reader import VirtualReader

OPEN_PORT = "DEMO_LGC_TEST_VPCD_OPEN"  # set to let vpcd listen on the network of the machine
_LIBRARIES = ("/usr/lib/*-linux-gnu/opensc-pkcs11.so", "/usr/lib64/opensc-pkcs11.so")
_DRIVERS = ("/usr/lib/pcsc/drivers/serial/libifdvpcd.so", "/usr/lib64/pcsc/drivers/serial/libifdvpcd.so")
_BUILT_IN = Path("/run/pcscd")
_PORT, _PLACES = 35963, 2
_PATIENCE = 10.0  # seconds
_OWN_MOUNTS = (
    'mount -t tmpfs pcsc /run && mkdir /run/pcscd && mount --bind "$1" /run/pcscd && shift && exec "$@"'
)
_OPENSC = """
app default {{
    disable_popups = yes;
    card_drivers = myeid;
    reader_driver pcsc {{ disconnect_action = leave; transaction_end_action = leave; }}
    framework pkcs15 {{ use_file_caching = no; use_pin_caching = {cache}; pin_cache_counter = 64; }}
}}
app opensc-pkcs11 {{
    pkcs11 {{
        lock_login = no;
        create_slots_for_pins = "user";
        user_pin_unblock_style = init_pin_in_so_session;
    }}
}}
"""


class Busy(Exception):
    """Somebody else has what cannot be shared."""


@dataclass(frozen=True)
class PcscWorld:
    """A running stack: `places` for cards, and what a program needs to reach them through OpenSC.

    `daemon` is the process of pcscd, `socket` where it listens; `folder` lasts as long as the stack. It is
    `alone` where there can be no other one.
    """

    library: Path
    folder: Path
    socket: Path
    places: tuple[VirtualReader, ...]
    daemon: int
    alone: bool

    def settings(self, *, cache: bool = True, poll_interval: float = 0.1) -> CardSettings:
        """Return settings for `PkcsReader`.

        As the Cryptolib is made, others may use the card after a login; as by default there, the library
        keeps the code (`cache`), and gives it again when the card was reset. Nothing is kept in files.
        """
        configuration = self.folder / f"opensc-{'' if cache else 'no-'}cache.conf"
        configuration.write_text(_OPENSC.format(cache="yes" if cache else "no"), encoding="utf-8")
        environment = {"OPENSC_CONF": str(configuration), "PCSCLITE_CSOCK_NAME": str(self.socket)}
        return CardSettings(str(self.library), environment, poll_interval=poll_interval)


def missing() -> str:
    """Return why there can be no virtual card here, « » when there can."""
    for what, found in (
        ("pcscd", shutil.which("pcscd", path=os.defpath + ":/usr/sbin:/sbin")),
        ("vsmartcard-vpcd", _driver()),
        ("opensc-pkcs11", _library()),
    ):
        if not found:
            return f"{what} is not installed"
    if os.geteuid():
        return "not root: pcscd needs a network namespace"
    if not _may("--net") and OPEN_PORT not in os.environ:
        return f"no network namespace here, vpcd would listen on every address; set {OPEN_PORT}=1 to let it"
    return ""


@contextmanager
def pcsc_world() -> Iterator[PcscWorld]:
    """Run a stack with two places and no card.

    A process can reach one world only in its life: libpcsclite remembers the path of its daemon. Raises
    RuntimeError when pcscd does not start, Busy where there can be one world only, and it is taken.
    """
    driver, library = _driver(), _library()
    if driver is None or library is None:
        raise RuntimeError(missing())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pcsc-")))
        own_network, own_mounts = _may("--net"), _may("--mount")
        ipc = folder / "run" if own_mounts else _BUILT_IN
        isolated = own_network and own_mounts
        if not isolated:
            stack.enter_context(_alone())
        if not ipc.exists():
            ipc.mkdir()
            stack.callback(ipc.rmdir)
        daemon = stack.enter_context(_daemon(folder, ipc, driver, own_network, own_mounts))
        network = f"/proc/{daemon.pid}/ns/net" if own_network else ""
        places = tuple(VirtualReader(_PORT + place, network) for place in range(_PLACES))
        for place in places:
            stack.callback(place.pull_out)
        yield PcscWorld(library, folder, ipc / "pcscd.comm", places, daemon.pid, not isolated)


@contextmanager
def _daemon(
    folder: Path, ipc: Path, driver: Path, own_network: bool, own_mounts: bool
) -> Iterator[subprocess.Popen[bytes]]:
    readers = folder / "reader.conf.d"
    readers.mkdir()
    # The channel is the port of the first place; the device must exist, and is not used.
    (readers / "vpcd").write_text(
        f'FRIENDLYNAME "Virtual CPS reader"\nDEVICENAME /dev/null:{_PORT:#x}\n'
        f"LIBPATH {driver}\nCHANNELID {_PORT:#x}\n",
        encoding="utf-8",
    )
    # setpriv: the daemon does not outlive the tests, even when they are killed.
    command = ["setpriv", "--pdeathsig", "TERM", "pcscd", "--foreground", "--config", str(readers)]
    if own_mounts:
        command = ["sh", "-c", _OWN_MOUNTS, "sh", str(ipc), *command]
    spaces = [option for option, own in (("--net", own_network), ("--mount", own_mounts)) if own]
    if spaces:
        command = ["unshare", *spaces, *command]
    environment = {**os.environ, "PATH": os.defpath + ":/usr/sbin:/sbin"}
    with (folder / "pcscd.log").open("wb") as log:
        daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        try:
            _wait_for(ipc / "pcscd.comm", daemon, folder / "pcscd.log")
            yield daemon
        finally:
            daemon.terminate()
            try:
                daemon.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
            for left in ("pcscd.comm", "pcscd.pid"):
                (ipc / left).unlink(missing_ok=True)


def _wait_for(path: Path, daemon: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not path.exists():
        if daemon.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"pcscd does not start: {log.read_text(errors='replace')[-500:]}")
        time.sleep(0.02)


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other worlds away from the built-in path and the port. Raises Busy when they are taken."""
    with open(Path(tempfile.gettempdir()) / "demo-lgc-pcscd.lock", "wb") as lock:
        deadline = time.monotonic() + _PATIENCE
        while not _take(lock):
            if time.monotonic() > deadline:
                raise Busy("another run has the only virtual reader that can be here")
            time.sleep(0.2)
        if (_BUILT_IN / "pcscd.comm").exists():
            raise Busy("a pcscd already runs here")
        yield


def _take(lock: BinaryIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _may(space: str) -> bool:
    """True when a namespace of this kind can be made here."""
    return subprocess.run(["unshare", space, "true"], capture_output=True, check=False).returncode == 0


def _driver() -> Path | None:
    return next((path for path in map(Path, _DRIVERS) if path.exists()), None)


def _library() -> Path | None:
    return next((found for pattern in _LIBRARIES for found in Path("/").glob(pattern[1:])), None)
