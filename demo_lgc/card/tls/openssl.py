"""The very OpenSSL that `ssl` was linked to, called through ctypes.

A stdlib SSLContext can only load keys from files; a card never gives its key. These are the few public
functions of OpenSSL 3 with which `demo_lgc.card.tls.provider` hands it a key that signs elsewhere.

Reference: OpenSSL 3 manual, provider(7), SSL_CTX_use_PrivateKey(3).
"""

from __future__ import annotations

import _ssl
import ctypes
import functools
import platform
import ssl
import sys
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_uint, c_uint64, c_ulong, c_void_p
from typing import Any

_CHAIN_CERT = 89  # SSL_CTRL_CHAIN_CERT; 1 = take a reference of its own
_CLIENT_SIGNATURES = 102  # SSL_CTRL_SET_CLIENT_SIGALGS_LIST


class Param(ctypes.Structure):
    """OSSL_PARAM."""

    _fields_ = (
        ("key", c_char_p),
        ("type", c_uint),
        ("data", c_void_p),
        ("size", c_size_t),
        ("returned", c_size_t),
    )


class Dispatch(ctypes.Structure):
    """OSSL_DISPATCH."""

    _fields_ = (("function_id", c_int), ("function", c_void_p))


class Algorithm(ctypes.Structure):
    """OSSL_ALGORITHM."""

    _fields_ = (
        ("names", c_char_p),
        ("properties", c_char_p),
        ("implementation", c_void_p),
        ("description", c_char_p),
    )


class OpenSsl:
    """The functions used, with their types. Raises RuntimeError when this Python hides its OpenSSL."""

    def __init__(self) -> None:
        libssl, libcrypto = _libraries()
        try:
            self._bind(libssl, libcrypto)
        except AttributeError as error:
            raise RuntimeError(f"the OpenSSL of this Python cannot be reached: {error}") from error
        libc = ctypes.CDLL("ucrtbase.dll") if sys.platform == "win32" else ctypes.CDLL(None)
        self.calloc = _bound(libc, "calloc", c_void_p, c_size_t, c_size_t)
        self.free_pointer = ctypes.cast(libc.free, c_void_p).value or 0

    def _bind(self, libssl: ctypes.CDLL, libcrypto: ctypes.CDLL) -> None:
        crypto = functools.partial(_bound, libcrypto)
        tls = functools.partial(_bound, libssl)
        self.provider_add_builtin = crypto("OSSL_PROVIDER_add_builtin", c_int, c_void_p, c_char_p, c_void_p)
        self.provider_load = crypto("OSSL_PROVIDER_load", c_void_p, c_void_p, c_char_p)
        self.provider_try_load = crypto("OSSL_PROVIDER_try_load", c_void_p, c_void_p, c_char_p, c_int)
        self._key_context = crypto("EVP_PKEY_CTX_new_from_name", c_void_p, c_void_p, c_char_p, c_char_p)
        self._free_key_context = crypto("EVP_PKEY_CTX_free", None, c_void_p)
        self._fromdata_init = crypto("EVP_PKEY_fromdata_init", c_int, c_void_p)
        self._fromdata = crypto("EVP_PKEY_fromdata", c_int, c_void_p, POINTER(c_void_p), c_int, c_void_p)
        self._free_key = crypto("EVP_PKEY_free", None, c_void_p)
        self._d2i = crypto("d2i_X509", c_void_p, c_void_p, POINTER(c_char_p), c_long)
        self._free_certificate = crypto("X509_free", None, c_void_p)
        self._get_error = crypto("ERR_get_error", c_ulong)
        self._error_text = crypto("ERR_error_string_n", None, c_ulong, c_char_p, c_size_t)
        if crypto("OpenSSL_version", c_char_p, c_int)(0) != ssl.OPENSSL_VERSION.encode():
            raise RuntimeError(
                "another OpenSSL than the one of this Python"
            )  # its contexts mean nothing here
        self._options = tls("SSL_CTX_get_options", c_uint64, c_void_p)
        self._use_certificate = tls("SSL_CTX_use_certificate", c_int, c_void_p, c_void_p)
        self._use_key = tls("SSL_CTX_use_PrivateKey", c_int, c_void_p, c_void_p)
        self._control = tls("SSL_CTX_ctrl", c_long, c_void_p, c_int, c_long, c_void_p)

    def error(self) -> str:
        """Empty the error queue of this thread into one line."""
        buffer, lines = ctypes.create_string_buffer(256), []
        while code := self._get_error():
            self._error_text(code, buffer, 256)
            lines.append(buffer.value.decode(errors="replace"))
        return "; ".join(lines) or "no detail"

    def make_key(self, properties: bytes, params: ctypes.Array[Param]) -> c_void_p:
        """Return an EVP_PKEY made by the provider `properties` selects. To be freed by `free_key`."""
        context = self._key_context(None, b"RSA", properties)
        try:
            key = c_void_p()
            everything = 0x87  # EVP_PKEY_KEYPAIR
            if (
                not context
                or self._fromdata_init(context) != 1
                or self._fromdata(context, byref(key), everything, ctypes.addressof(params)) != 1
            ):
                raise ssl.SSLError(f"key of the card: {self.error()}")
            return key
        finally:
            self._free_key_context(context)

    def free_key(self, key: c_void_p) -> None:
        """Give an EVP_PKEY back; contexts that use it keep their own reference."""
        self._free_key(key)

    def use_identity(
        self, context: ssl.SSLContext, certificate: bytes, chain: tuple[bytes, ...], key: c_void_p
    ) -> None:
        """Make `context` present `certificate` (DER), then `chain`, and prove it with `key`.

        Raises ssl.SSLError, among others when the key is not the certificate's.
        """
        pointer = self._pointer(context)
        leaf = self._certificate(certificate)
        try:
            if self._use_certificate(pointer, leaf) != 1 or self._use_key(pointer, key) != 1:
                raise ssl.SSLError(f"identity of the card: {self.error()}")
        finally:
            self._free_certificate(leaf)
        for der in chain:
            authority = self._certificate(der)
            added = self._control(pointer, _CHAIN_CERT, 1, authority)
            self._free_certificate(authority)
            if added != 1:
                raise ssl.SSLError(f"chain of the card: {self.error()}")

    def restrict_signatures(self, context: ssl.SSLContext, algorithms: str) -> None:
        """Let the client sign with these only (« RSA+SHA256 »). Raises ssl.SSLError."""
        text = ctypes.cast(c_char_p(algorithms.encode()), c_void_p)
        if self._control(self._pointer(context), _CLIENT_SIGNATURES, 0, text) != 1:
            raise ssl.SSLError(f"signature algorithms: {self.error()}")

    def check_layout(self) -> None:
        """Find the SSL_CTX of two contexts, before anything is done to one. Raises RuntimeError.

        What is the same word in both, or is not aligned, is no pointer to either: it is not followed.
        """
        contexts = [ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) for _ in range(2)]
        contexts[1].options |= ssl.OP_NO_TICKET
        words = [_word_of(context) for context in contexts]
        if words[0] == words[1] or any(word % 8 for word in words):
            raise RuntimeError("unexpected layout of SSLContext in this Python")
        for context in contexts:
            self._pointer(context)

    def _certificate(self, der: bytes) -> int:
        certificate = self._d2i(None, byref(c_char_p(der)), len(der))
        if not certificate:
            raise ssl.SSLError(f"certificate: {self.error()}")
        return int(certificate)

    def _pointer(self, context: ssl.SSLContext) -> int:
        """Return the SSL_CTX of a context: the first field after the object header, in every CPython 3.

        Checked before use: its options must be those Python tells.
        """
        pointer = _word_of(context)
        if not pointer or self._options(pointer) != int(context.options) & 0xFFFFFFFFFFFFFFFF:
            raise RuntimeError("unexpected layout of SSLContext in this Python")
        return pointer


def _word_of(context: ssl.SSLContext) -> int:
    return c_void_p.from_address(id(context) + object.__basicsize__).value or 0


@functools.cache
def openssl() -> OpenSsl:
    """The OpenSSL of `ssl`. Raises RuntimeError."""
    return OpenSsl()


def _libraries() -> tuple[ctypes.CDLL, ctypes.CDLL]:
    """Return libssl and libcrypto: never another copy than the one `ssl` uses."""
    if sys.platform == "win32":
        suffix = "-arm64" if platform.machine() == "ARM64" else ""
        return ctypes.CDLL(f"libssl-3{suffix}.dll"), ctypes.CDLL(f"libcrypto-3{suffix}.dll")
    handle = ctypes.CDLL(getattr(_ssl, "__file__", None))  # looks into its dependencies too
    return handle, handle


def _bound(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(library, name)
    function.restype, function.argtypes = result, list(arguments)
    return function
