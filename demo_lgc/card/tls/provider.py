"""An OpenSSL 3 provider that lives in this process: RSA keys whose private half is elsewhere.

OpenSSL asks it for a signature during a handshake; it asks a Python callable, which asks the card. So the
stdlib `ssl.SSLContext` serves HTTP, IMAP and SMTP alike, and there is no key file, engine or helper process.

Rules that keep the process alive: no exception ever leaves a callback (0 is failure); callback objects
live for ever; what OpenSSL frees, it frees with the C library, so that nothing of Python runs once the
interpreter is gone.

Reference: OpenSSL 3 manual, provider-keymgmt(7), provider-signature(7); [CPS] §4.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import itertools
import logging
import ssl
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_size_t, c_void_p, cast
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from demo_lgc.card.signer import digest_info
from demo_lgc.card.tls.openssl import Algorithm, Dispatch, Param, openssl
from demo_lgc.domain.errors import CardError, CardProblem

Pkcs1 = Callable[[bytes], bytes]  # DigestInfo -> signature
Pss = Callable[[bytes, int], bytes]  # SHA-256 digest, length of salt -> signature

logger = logging.getLogger(__name__)

_NAME = b"demo-lgc-card"  # sorts after « default »: providers are tried by name, that one must come first
_PROPERTIES = b"provider=" + _NAME
_INTEGER, _UNSIGNED, _UTF8 = 1, 2, 4  # OSSL_PARAM types
_PRIVATE, _PUBLIC = 1, 2  # OSSL_KEYMGMT_SELECT
_PKCS1_PADDING, _PSS_PADDING = 1, 6
_SHA256_NAMES = {b"SHA256", b"SHA2-256", b"SHA-256"}
_INDEX = b"demo-lgc-index"
_NOT_SET = c_size_t(-1).value


class _KeyData(ctypes.Structure):
    _fields_ = (("index", c_int64),)


class _Signing(ctypes.Structure):
    _fields_ = (("index", c_int64), ("padding", c_int), ("salt", c_int))


class ProviderKey:
    """A private RSA key known by its certificate and by what signs with it.

    `pss` is None when the card has no RSASSA-PSS. Must outlive the contexts it is attached to. Safe to
    use from any number of threads.
    """

    def __init__(self, certificate: bytes, pkcs1: Pkcs1, pss: Pss | None) -> None:
        public = x509.load_der_x509_certificate(certificate).public_key()
        if not isinstance(public, rsa.RSAPublicKey):
            raise CardError(CardProblem.UNREADABLE)
        numbers = public.public_numbers()
        self.n, self.e, self.bits = numbers.n, numbers.e, public.key_size
        self.pkcs1, self.pss = pkcs1, pss
        _load_provider()
        self._index = next(_INDEXES)
        _KEYS[self._index] = self

    def attach(self, context: ssl.SSLContext, certificate: bytes, chain: tuple[bytes, ...]) -> None:
        """Make `context` present `certificate` and `chain` (DER) with this key. Raises ssl.SSLError."""
        index = ctypes.create_string_buffer(self._index.to_bytes(8, sys.byteorder), 8)
        params = (Param * 2)(Param(_INDEX, _UNSIGNED, ctypes.addressof(index), 8, _NOT_SET), Param())
        key = openssl().make_key(_PROPERTIES, params)
        try:
            openssl().use_identity(context, certificate, chain, key)
        finally:
            openssl().free_key(key)


_KEYS: weakref.WeakValueDictionary[int, ProviderKey] = weakref.WeakValueDictionary()
_INDEXES = itertools.count()
_LOCK = threading.Lock()
_KEPT: list[Any] = []  # whatever OpenSSL holds a pointer to
_loaded = False


# --- from Python to C and back ------------------------------------------------------------------------


def _callback(result: Any, *arguments: Any) -> Callable[[Callable[..., Any]], int]:
    """Turn a function into a C function that answers 0 instead of raising; return its address."""

    def make(function: Callable[..., Any]) -> int:
        @functools.wraps(function)
        def guarded(*values: Any) -> Any:
            try:
                return function(*values)
            except CardError:
                return 0  # the owner of the key kept it: see CardTls.cause
            except BaseException:
                logger.exception("callback of OpenSSL")
                return 0

        pointer = CFUNCTYPE(result, *arguments)(guarded)
        _KEPT.append(pointer)
        return cast(pointer, c_void_p).value or 0

    return make


def _table(functions: dict[int, int]) -> int:
    rows = (Dispatch * (len(functions) + 1))(*[Dispatch(i, f) for i, f in functions.items()], Dispatch())
    _KEPT.append(rows)
    return ctypes.addressof(rows)


def _described(**types: int) -> int:
    rows = [Param(name.replace("_", "-").encode(), kind, None, 0, _NOT_SET) for name, kind in types.items()]
    array = (Param * (len(rows) + 1))(*rows, Param())
    _KEPT.append(array)
    return ctypes.addressof(array)


def _params(address: int | None) -> Iterator[Any]:
    if not address:
        return
    array, position = cast(address, POINTER(Param)), 0
    while array[position].key is not None:
        yield array[position]
        position += 1


def _number(param: Any) -> int:
    raw = ctypes.string_at(param.data, param.size)
    return int.from_bytes(raw, sys.byteorder, signed=param.type == _INTEGER)


def _word(param: Any) -> bytes:
    return ctypes.string_at(param.data, param.size).rstrip(b"\0")


def _answer(param: Any, value: int | bytes) -> None:
    if isinstance(value, bytes):
        raw = value + b"\0"
        param.returned = len(value)
    else:
        size = param.size if param.data else (value.bit_length() + 7) // 8
        raw = value.to_bytes(size, sys.byteorder)
        param.returned = size
    if param.data:
        ctypes.memmove(param.data, raw, min(len(raw), param.size))


# --- KEYMGMT: an RSA key is an index into _KEYS -------------------------------------------------------


def _key(address: int) -> ProviderKey:
    return _KEYS[cast(address, POINTER(_KeyData))[0].index]


@_callback(c_void_p, c_void_p)
def _key_new(_provider: int) -> int:
    address = openssl().calloc(1, ctypes.sizeof(_KeyData))
    cast(address, POINTER(_KeyData))[0].index = -1
    return int(address)


@_callback(c_int, c_void_p, c_int)
def _key_has(key: int, _selection: int) -> int:
    return int(bool(key) and cast(key, POINTER(_KeyData))[0].index in _KEYS)


@_callback(c_int, c_void_p, c_void_p, c_int)
def _key_match(one: int, other: int, _selection: int) -> int:
    return int((_key(one).n, _key(one).e) == (_key(other).n, _key(other).e))


@_callback(c_int, c_void_p, c_void_p)
def _key_get_params(address: int, params: int) -> int:
    key = _key(address)
    facts: dict[bytes, int | bytes] = {
        b"bits": key.bits,
        b"security-bits": {2048: 112, 3072: 128, 4096: 152}.get(key.bits, 112),
        b"max-size": (key.bits + 7) // 8,
        b"default-digest": b"SHA256",
        b"n": key.n,
        b"e": key.e,
    }
    for param in _params(params):
        if param.key in facts:
            _answer(param, facts[param.key])
    return 1


@_callback(c_int, c_void_p, c_int, c_void_p)
def _key_import(address: int, _selection: int, params: int) -> int:
    """Take one of our keys by its index, or by its public numbers when OpenSSL compares it with another."""
    given = {param.key: _number(param) for param in _params(params) if param.type in (_INTEGER, _UNSIGNED)}
    index = given.get(_INDEX)
    if index is None:
        wanted = (given.get(b"n"), given.get(b"e"))
        index = next((i for i, key in list(_KEYS.items()) if (key.n, key.e) == wanted), None)
    if index not in _KEYS:
        return 0
    cast(address, POINTER(_KeyData))[0].index = index
    return 1


@_callback(c_int, c_void_p, c_int, c_void_p, c_void_p)
def _key_export(address: int, selection: int, receive: int, argument: int) -> int:
    if selection & _PRIVATE:
        return 0  # nobody has it
    key, rows, buffers = _key(address), [], []
    for name, value in ((b"n", key.n), (b"e", key.e)):
        size = (value.bit_length() + 7) // 8
        buffers.append(ctypes.create_string_buffer(value.to_bytes(size, sys.byteorder), size))
        rows.append(Param(name, _UNSIGNED, ctypes.addressof(buffers[-1]), size, _NOT_SET))
    array = (Param * 3)(*rows, Param())
    return int(CFUNCTYPE(c_int, c_void_p, c_void_p)(receive)(ctypes.addressof(array), argument))


_KEY_FACTS = _described(
    bits=_INTEGER, security_bits=_INTEGER, max_size=_INTEGER, default_digest=_UTF8, n=_UNSIGNED, e=_UNSIGNED
)
_PUBLIC_NUMBERS = _described(n=_UNSIGNED, e=_UNSIGNED)
_RSA = ctypes.create_string_buffer(b"RSA")


@_callback(c_void_p, c_void_p)
def _key_gettable(_provider: int) -> int:
    return _KEY_FACTS


@_callback(c_void_p, c_int)
def _key_types(selection: int) -> int | None:
    return _PUBLIC_NUMBERS if selection & _PUBLIC else None


@_callback(c_void_p, c_int)
def _key_operation(_operation: int) -> int:
    return ctypes.addressof(_RSA)


# --- SIGNATURE ----------------------------------------------------------------------------------------


def _signing(address: int) -> Any:
    return cast(address, POINTER(_Signing))[0]


@_callback(c_void_p, c_void_p, c_void_p)
def _signing_new(_provider: int, _properties: int) -> int:
    address = openssl().calloc(1, ctypes.sizeof(_Signing))
    state = _signing(address)
    state.index, state.padding, state.salt = -1, _PKCS1_PADDING, -1
    return int(address)


@_callback(c_void_p, c_void_p)
def _signing_copy(address: int) -> int:
    copy = openssl().calloc(1, ctypes.sizeof(_Signing))
    ctypes.memmove(copy, address, ctypes.sizeof(_Signing))
    return int(copy)


def _set(state: Any, params: int | None) -> int:
    for param in _params(params):
        numeric = param.type in (_INTEGER, _UNSIGNED)
        if param.key == b"pad-mode":
            words = {b"pkcs1": _PKCS1_PADDING, b"pss": _PSS_PADDING}
            padding = _number(param) if numeric else words.get(_word(param), 0)
            if padding not in (_PKCS1_PADDING, _PSS_PADDING):
                return 0
            state.padding = padding
        elif param.key == b"saltlen":
            state.salt = _number(param) if numeric else -1
        elif param.key in (b"digest", b"mgf1-digest") and _word(param).upper() not in _SHA256_NAMES:
            return 0
    return 1


@_callback(c_int, c_void_p, c_char_p, c_void_p, c_void_p)
def _sign_start(address: int, digest: bytes | None, key: int | None, params: int | None) -> int:
    """Refuse any digest but SHA-256, the only one every card has: libssl then offers another algorithm."""
    state = _signing(address)
    if key:
        state.index = cast(key, POINTER(_KeyData))[0].index
    if state.index not in _KEYS or (digest or b"SHA256").upper() not in _SHA256_NAMES:
        return 0
    return _set(state, params)


@_callback(c_int, c_void_p, c_void_p)
def _sign_set(address: int, params: int) -> int:
    return _set(_signing(address), params)


@_callback(c_int, c_void_p, c_void_p, POINTER(c_size_t), c_size_t, c_void_p, c_size_t)
def _sign(address: int, out: int | None, length: Any, room: int, data: int, size: int) -> int:
    state = _signing(address)
    key = _KEYS[state.index]
    if not out:
        length[0] = (key.bits + 7) // 8
        return 1
    digest = hashlib.sha256(ctypes.string_at(data, size)).digest()
    if state.padding == _PKCS1_PADDING:
        signature = key.pkcs1(digest_info(digest))
    elif key.pss is not None:
        # Below zero are OpenSSL's words (digest, auto, max): TLS always means the length of the digest.
        signature = key.pss(digest, state.salt if state.salt >= 0 else len(digest))
    else:
        return 0
    if len(signature) > room:
        return 0
    ctypes.memmove(out, signature, len(signature))
    length[0] = len(signature)
    return 1


_SIGNING_PARAMS = _described(digest=_UTF8, pad_mode=_INTEGER, saltlen=_INTEGER, mgf1_digest=_UTF8)


@_callback(c_void_p, c_void_p, c_void_p)
def _sign_settable(_signing: int, _provider: int) -> int:
    return _SIGNING_PARAMS


# --- the provider itself ------------------------------------------------------------------------------


def _load_provider() -> None:
    """Register the provider, once per process. Raises RuntimeError."""
    global _loaded  # noqa: PLW0603 - so is the registry of OpenSSL
    with _LOCK:
        if _loaded:
            return
        library = openssl()
        # Loading any provider by hand switches the implicit default one off: it is loaded by hand too.
        if not library.provider_load(None, b"default"):
            raise RuntimeError(f"default provider: {library.error()}")
        if library.provider_add_builtin(None, _NAME, _starting(library.free_pointer)) != 1:
            raise RuntimeError(f"provider of the card: {library.error()}")
        if not library.provider_try_load(None, _NAME, 1):
            raise RuntimeError(f"provider of the card: {library.error()}")
        _loaded = True


def _starting(free: int) -> int:
    """Return the address of OSSL_provider_init. `free` is the C library's. Numbers: core_dispatch.h."""
    keys = {1: _key_new, 10: free, 11: _key_get_params, 12: _key_gettable, 20: _key_operation, 21: _key_has}
    keys |= {23: _key_match, 40: _key_import, 41: _key_types, 42: _key_export, 43: _key_types}
    signatures = {1: _signing_new, 8: _sign_start, 11: _sign, 16: free, 17: _signing_copy}
    signatures |= {20: _sign_set, 21: _sign_settable}
    names = b"RSA:rsaEncryption"
    offers = {}
    for operation, functions in ((10, keys), (12, signatures)):
        offered = (Algorithm * 2)(Algorithm(names, _PROPERTIES, _table(functions), b"key in a card"))
        _KEPT.append(offered)
        offers[operation] = ctypes.addressof(offered)

    @_callback(c_void_p, c_void_p, c_int, POINTER(c_int))
    def query(_provider: int, operation: int, no_cache: Any) -> int | None:
        no_cache[0] = 0
        return offers.get(operation)

    services = _table({1027: query})

    @_callback(c_int, c_void_p, c_void_p, POINTER(c_void_p), POINTER(c_void_p))
    def start(handle: int, _core: int, services_out: Any, context_out: Any) -> int:
        services_out[0], context_out[0] = services, handle
        return 1

    return start
