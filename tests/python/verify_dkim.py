"""Verifies every .eml of a folder with dkimpy and with libopendkim.

The folder holds `keys.txt`, a line `selector._domainkey.domain value` for each key, and messages.
Each signature must verify in each library that knows its algorithm; after one byte is flipped in
the body, in the subject, or after a second header is put on top, none may.
"""

import ctypes
import ctypes.util
import pathlib
import sys

import dkim

folder = pathlib.Path(sys.argv[1])
keys = dict(line.split(" ", 1) for line in (folder / "keys.txt").read_text().splitlines())


def lookup(name, timeout=5):
    value = keys.get(name.decode().rstrip("."))
    return value.encode() if value else None


def dkimpy(message):
    verifier = dkim.DKIM(message, minkey=2048)
    count = message.lower().count(b"dkim-signature:", 0, message.index(b"\r\n\r\n"))
    try:
        return [verifier.verify(idx=index, dnsfunc=lookup) for index in range(count)]
    except dkim.DKIMException as error:
        return [str(error)]


class OpenDkim:
    """libopendkim, its keys read from the file: DKIM_OPTS_QUERYMETHOD, DKIM_QUERY_FILE."""

    def __init__(self):
        name = ctypes.util.find_library("opendkim")
        if name is None:
            raise SystemExit("libopendkim is missing")
        self.lib = ctypes.CDLL(name)
        for function in ("dkim_init", "dkim_verify"):
            getattr(self.lib, function).restype = ctypes.c_void_p
        self.handle = ctypes.c_void_p(self.lib.dkim_init(None, None))
        self.option(6, ctypes.c_int(1), ctypes.sizeof(ctypes.c_int))
        path = ctypes.create_string_buffer(str(folder / "keys.txt").encode())
        self.option(7, path, len(path.value))

    def option(self, option, value, size):
        status = self.lib.dkim_options(
            self.handle, 1, option, ctypes.byref(value), ctypes.c_size_t(size)
        )
        assert status == 0, status

    def __call__(self, message):
        status = ctypes.c_int()
        dkim_handle = ctypes.c_void_p(
            self.lib.dkim_verify(self.handle, b"test", None, ctypes.byref(status))
        )
        assert status.value == 0, status.value
        self.lib.dkim_chunk(dkim_handle, message, ctypes.c_size_t(len(message)))
        self.lib.dkim_chunk(dkim_handle, None, ctypes.c_size_t(0))
        result = self.lib.dkim_eom(dkim_handle, None)
        self.lib.dkim_free(dkim_handle)
        return result == 0


def flipped(message, at):
    return message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]


# What somebody who replays a message would put on top; each message meets some of them.
ADDED = [
    {"From": "x@example.org", "Subject": "x"},
    {"To": "x@example.org", "Cc": "x@example.org"},
    {"Date": "Mon, 30 Nov 2026 08:00:00 +0900", "Message-ID": "<x@example.org>"},
    {"Content-Type": "text/html", "MIME-Version": "1.0"},
    {"List-Unsubscribe": "<mailto:x@example.org>", "Reply-To": "x@example.org"},
    {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "List-Id": "<x.example.org>"},
]

opendkim = OpenDkim()
messages = sorted(folder.glob("*.eml"))
assert messages, "no messages"
for number, path in enumerate(messages):
    message = path.read_bytes()
    expected = [True] * message.count(b"DKIM-Signature:")
    assert dkimpy(message) == expected, f"dkimpy: {path.name}: {dkimpy(message)}"
    assert opendkim(message), f"libopendkim: {path.name}"
    body = message.index(b"\r\n\r\n") + 4
    # A letter or digit, so that the line structure stays.
    spots = [at for at in range(body, len(message)) if chr(message[at]).isalnum()]
    spot = spots[(number * 7919) % len(spots)]
    subject = message.index(b"\r\nSubject: ") + 20
    bad = {
        "a flipped byte in the body": flipped(message, spot),
        "a flipped byte in the subject": flipped(message, subject),
        **{
            f"a second {name}": f"{name}: {value}\r\n".encode() + message
            for name, value in ADDED[number % len(ADDED)].items()
        },
        "a cut end": message[: (body + len(message)) // 2],
    }
    for what, changed in bad.items():
        assert True not in dkimpy(changed), f"dkimpy takes {what}: {path.name}"
        assert not opendkim(changed), f"libopendkim takes {what}: {path.name}"
print(f"{len(messages)} messages verified by dkimpy {getattr(dkim, '__version__', '')} and libopendkim")
