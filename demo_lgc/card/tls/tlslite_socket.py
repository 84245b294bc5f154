"""The socket that `demo_lgc.card.tls.tlslite_context` gives in exchange for a plain one.

Reference: [CPS] §4.2; the manual of `ssl`, SSLSocket.
"""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from tlslite.errors import TLSAbruptCloseError, TLSAlert

from demo_lgc.card.tls.server_proof import ServerProof, refused
from demo_lgc.card.tls.tlslite_wire import CardKey, Connection, offers

_PIECE = 1 << 16  # bytes handed to tlslite at once: it copies what is left at each record
_VERSIONS = {(3, 3): "TLSv1.2", (3, 4): "TLSv1.3"}

T = TypeVar("T")


def is_address(host: str) -> bool:
    """Tell whether a host is an IP address, which is not said to the server as a name."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return True
    return False


class TlsliteSocket:
    """What urllib3, http.client, imaplib, smtplib and our own clients ask of an `ssl.SSLSocket`.

    As there: closed for good once its streams are closed too, and an end without farewell reads as an end.
    """

    def __init__(self, sock: socket.socket, host: str, proof: ServerProof) -> None:
        self.server_hostname = host
        self._sock = sock
        # Typed loosely: tlslite tells no types.
        self._connection: Any = Connection(sock, lambda presented: proof.check(host, presented))
        self._streams = 0
        self._closed = False

    def shake_hands(self, chain: Any, key: CardKey) -> None:
        """Lead the handshake. Closes the socket when it fails. Raises ssl.SSLError and OSError."""
        name = None if is_address(self.server_hostname) else self.server_hostname
        try:
            self._told(
                lambda: self._connection.handshakeClientCert(
                    chain, key, settings=offers(pss=key.pss is not None), serverName=name
                )
            )
            if self._connection.proven is None:  # a change of tlslite that went round the check
                raise refused("the server proved nothing")
        except BaseException:
            self._sock.close()
            raise

    # --- bytes ----------------------------------------------------------------------------------------

    def recv(self, bufsize: int = 65536, flags: int = 0) -> bytes:
        """Read up to `bufsize` bytes; none at the end."""
        if flags or (self._closed and not self._streams):
            raise OSError("no flags, and no reading after close")
        try:
            return bytes(self._told(partial(self._connection.read, bufsize)))
        except ssl.SSLEOFError:
            return b""

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Read into `buffer`; return how much."""
        view = memoryview(buffer).cast("B")
        data = self.recv(nbytes or len(view), flags) if view else b""
        view[: len(data)] = data
        return len(data)

    def send(self, data: Any, flags: int = 0) -> int:
        """Send all of `data`; return how much that is."""
        self.sendall(data, flags)
        return memoryview(data).nbytes

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send all of `data`."""
        if flags or self._closed:
            raise OSError("no flags, and no writing after close")
        view = memoryview(data).cast("B")
        for start in range(0, len(view), _PIECE):
            piece = bytes(view[start : start + _PIECE])
            self._told(partial(self._connection.write, piece))

    def makefile(self, mode: str = "r", buffering: int | None = None, **_: Any) -> io.BufferedReader:
        """Return a buffered stream to read bytes from. Raises ValueError for any other mode."""
        if mode not in ("r", "rb"):
            raise ValueError(f"no stream of mode {mode}")
        self._streams += 1
        size = buffering if buffering and buffering > 0 else io.DEFAULT_BUFFER_SIZE
        return io.BufferedReader(_Stream(self), size)

    def pending(self) -> int:
        """Return how many bytes can be read without the network."""
        return len(self._connection._readBuffer)

    # --- the socket -----------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the connection once no stream reads it any more. Says no farewell, as `ssl` does not."""
        self._closed = True
        if self._streams <= 0:
            self._sock.close()

    def stream_closed(self) -> None:
        """Tell that one of the streams was closed."""
        self._streams -= 1
        if self._closed:
            self.close()

    def unwrap(self) -> socket.socket:
        """Say farewell; return the socket below."""
        self._connection.closeSocket = False
        self._told(self._connection.close)
        return self._sock

    def shutdown(self, how: int) -> None:
        """Cut the connection below."""
        self._sock.shutdown(how)

    def fileno(self) -> int:
        """Return the descriptor of the connection below."""
        return self._sock.fileno()

    def settimeout(self, value: float | None) -> None:
        """Bound each operation on the connection below, in seconds."""
        self._sock.settimeout(value)

    def gettimeout(self) -> float | None:
        """Return that bound."""
        return self._sock.gettimeout()

    def setsockopt(self, *arguments: Any) -> None:
        """Set an option of the connection below."""
        self._sock.setsockopt(*arguments)

    def getpeername(self) -> Any:
        """Return the address of the server."""
        return self._sock.getpeername()

    def getsockname(self) -> Any:
        """Return our own address."""
        return self._sock.getsockname()

    def __enter__(self) -> TlsliteSocket:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- what was agreed ------------------------------------------------------------------------------

    def getpeercert(self, binary_form: bool = False) -> bytes:
        """Return the certificate of the server, DER; it was checked. Raises ValueError for another form."""
        if not binary_form:
            raise ValueError("in binary form only")
        return bytes(self._connection.presented[0])

    def version(self) -> str | None:
        """Return the version spoken, as `ssl` names it."""
        return _VERSIONS.get(self._connection.version)

    def cipher(self) -> tuple[str, str, int]:
        """Return the cipher of the records, the version and the bits of the key."""
        name = self._connection.getCipherName()
        return name, self.version() or "", 128 if name.startswith("aes128") else 256

    def selected_alpn_protocol(self) -> None:
        """Return None: none is ever offered."""

    def _told(self, act: Callable[[], T]) -> T:
        """Do something with tlslite, and tell its failures in the words of `ssl`.

        Raised outside of the handler: what tlslite raised would hide the reason from who looks for it.
        """
        try:
            return act()
        except TLSAbruptCloseError:
            failure: Exception = ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "EOF occurred in violation of protocol")
        except TLSAlert as error:
            failure = _failure(str(error).partition(":")[0].upper())
        except OSError as error:
            failure = error
        except Exception as error:  # a parser in Python raises anything on what a server may send
            failure = _failure(type(error).__name__)
        raise self._connection.refusal or failure


class _Stream(io.RawIOBase):
    """The bytes of a TlsliteSocket, for a buffered reader."""

    def __init__(self, secured: TlsliteSocket) -> None:
        self._secured: TlsliteSocket | None = secured

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._secured is None:
            raise ValueError("I/O operation on closed file")
        return self._secured.recv_into(buffer)

    def close(self) -> None:
        super().close()
        secured, self._secured = self._secured, None
        if secured is not None:
            secured.stream_closed()


def _failure(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(ssl.SSL_ERROR_SSL, f"[SSL: {reason}]")
    error.reason, error.library = reason, "SSL"
    return error
