#!/usr/bin/python3
# Signs and verifies by libopendkim and by dkimpy. Arguments: the port of a name server on 127.0.0.1, a directory with rsa.pem, ed25519.pem
# (PKCS #8) and keys (a name, a space and its TXT record a line). A line in, words with spaces between; a line out. Octets are in base64, "-"
# for none.
#   sign PROGRAM rsa|ed25519 HEADER-FORM BODY-FORM whole|partly MESSAGE   the field, "-" where it signs no such
#   verify PROGRAM MESSAGE                                                a word for each signature
#   canonical FORM LENGTH BODY                                            the SHA-256 of dkimpy's canonical body
import base64
import ctypes
import hashlib
import logging
import sys

import dkim
import dkim.canonicalization
import dns.resolver

PORT = int(sys.argv[1])
DIRECTORY = sys.argv[2]
DOMAIN = b"example.org"
SIGNED = [b"from", b"to", b"subject", b"date", b"message-id", b"cc", b"references"]

NAMES = dns.resolver.Resolver(configure=False)
NAMES.nameservers = ["127.0.0.1"]
NAMES.port = PORT
SILENT = logging.getLogger("silent")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


def read(name):
    with open(DIRECTORY + "/" + name, "rb") as file:
        return file.read()


class Dkimpy:
    def sign(self, kind, header, body, partly, message):
        key = read(kind + ".pem")
        if kind == "ed25519":
            der = base64.b64decode(b"".join(key.splitlines()[1:-1]))
            key = base64.b64encode(der[-32:])
        return dkim.sign(
            message,
            kind[:1].encode(),
            DOMAIN,
            key,
            canonicalize=(header.encode(), body.encode()),
            signature_algorithm=kind.encode() + b"-sha256",
            length=partly,
            include_headers=SIGNED + [b"from"],
        )

    def txt(self, name, timeout=5):
        try:
            answer = NAMES.resolve(name.decode(), "TXT")
        except dns.resolver.NXDOMAIN:
            return None
        return b"".join(answer[0].strings)

    def verify(self, message):
        words = []
        try:
            verifier = dkim.DKIM(message, logger=SILENT)
        except dkim.MessageFormatError:
            return ["unreadable"]
        count = sum(1 for name, _ in verifier.headers if name.lower() == b"dkim-signature")
        for i in range(count):
            try:
                words.append("pass" if dkim.DKIM(message, logger=SILENT).verify(i, self.txt) else "fail")
            except dkim.ValidationError as problem:
                words.append("fail" if "body hash" in str(problem) else "invalid")
            except dkim.DKIMException:
                words.append("invalid")
        return words


class OpenDkim:
    FORMS = {"simple": 0, "relaxed": 1}
    KINDS = {"rsa": 1, "ed25519": 2}
    SET, SIGNED_FIELDS, QUERY_METHOD, QUERY_INFO, FILES = 1, 4, 6, 7, 1
    PASSED, BODY_MATCHES = 4, 0

    POINTER, SIZE, INT, TEXT = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_char_p
    # What each function returns and takes; "dkim.h" of libopendkim.
    SIGNATURES = {
        "dkim_init": (POINTER, POINTER, POINTER),
        "dkim_options": (INT, POINTER, INT, INT, POINTER, SIZE),
        "dkim_sign": (POINTER, POINTER, TEXT, POINTER, TEXT, TEXT, TEXT, INT, INT, INT, ctypes.c_ssize_t, POINTER),
        "dkim_verify": (POINTER, POINTER, TEXT, POINTER, POINTER),
        "dkim_chunk": (INT, POINTER, TEXT, SIZE),
        "dkim_eom": (INT, POINTER, POINTER),
        "dkim_getsighdr_d": (INT, POINTER, SIZE, POINTER, POINTER),
        "dkim_getsiglist": (INT, POINTER, POINTER, POINTER),
        "dkim_sig_process": (INT, POINTER, POINTER),
        "dkim_sig_getflags": (INT, POINTER),
        "dkim_sig_getbh": (INT, POINTER),
        "dkim_free": (INT, POINTER),
    }

    def __init__(self):
        library = ctypes.CDLL("libopendkim.so.11")
        for name, (returned, *taken) in self.SIGNATURES.items():
            function = getattr(library, name)
            function.restype = returned
            function.argtypes = taken
        self.functions = library
        self.library = library.dkim_init(None, None)
        method = self.INT(self.FILES)
        library.dkim_options(self.library, self.SET, self.QUERY_METHOD, ctypes.byref(method), ctypes.sizeof(method))
        names = (self.TEXT * (len(SIGNED) + 1))(*SIGNED, None)
        library.dkim_options(self.library, self.SET, self.SIGNED_FIELDS, names, ctypes.sizeof(self.POINTER))
        path = ctypes.create_string_buffer((DIRECTORY + "/keys").encode())
        library.dkim_options(self.library, self.SET, self.QUERY_INFO, path, len(path))

    def feed(self, handle, message):
        for piece in (message, b""):
            status = self.functions.dkim_chunk(handle, piece, len(piece))
            if status != 0:
                return status
        return self.functions.dkim_eom(handle, None)

    def sign(self, kind, header, body, partly, message):
        status = self.INT()
        length = len(message.partition(b"\r\n\r\n")[2]) if partly else -1
        handle = self.functions.dkim_sign(
            self.library, b"message", None, read(kind + ".pem"), kind[:1].encode(), DOMAIN,
            self.FORMS[header], self.FORMS[body], self.KINDS[kind], length, ctypes.byref(status))
        if not handle:
            raise RuntimeError("dkim_sign: %d" % status.value)
        made = self.feed(handle, message)
        if made != 0:
            self.functions.dkim_free(handle)
            return None
        at, length = self.POINTER(), self.SIZE()
        first_line = len("DKIM-Signature: ")
        self.functions.dkim_getsighdr_d(handle, first_line, ctypes.byref(at), ctypes.byref(length))
        field = b"DKIM-Signature: " + ctypes.string_at(at.value, length.value) + b"\r\n"
        self.functions.dkim_free(handle)
        return field

    def verify(self, message):
        handle = self.functions.dkim_verify(self.library, b"message", None, ctypes.byref(self.INT()))
        self.feed(handle, message)
        signatures, count = ctypes.POINTER(self.POINTER)(), self.INT()
        self.functions.dkim_getsiglist(handle, ctypes.byref(signatures), ctypes.byref(count))
        words = []
        for i in range(count.value):
            one = signatures[i]
            self.functions.dkim_sig_process(handle, one)
            passed = self.functions.dkim_sig_getflags(one) & self.PASSED
            body = self.functions.dkim_sig_getbh(one)
            words.append("pass" if passed and body == self.BODY_MATCHES else "fail")
        self.functions.dkim_free(handle)
        return words


def canonical(form, length, body):
    policy = dkim.canonicalization.CanonicalizationPolicy.from_c_value(b"simple/" + form.encode())
    whole = policy.canonicalize_body(body)
    return hashlib.sha256(whole if length == "-" else whole[: int(length)]).digest()


def octets(word):
    return b"" if word == "-" else base64.b64decode(word)


PROGRAMS = {"dkimpy": Dkimpy(), "opendkim": OpenDkim()}
for line in sys.stdin:
    words = line.split()
    if words[0] == "sign":
        field = PROGRAMS[words[1]].sign(words[2], words[3], words[4], words[5] == "partly", octets(words[6]))
        print(base64.b64encode(field).decode() if field else "-", flush=True)
    elif words[0] == "verify":
        print(" ".join(PROGRAMS[words[1]].verify(octets(words[2]))), flush=True)
    else:
        print(base64.b64encode(canonical(words[1], words[2], octets(words[3]))).decode(), flush=True)
