"""Reads every .eml of a folder as Python's `email` does, and compares it with the .json beside it.

No part may have a defect, no header either; subject, recipient, text, HTML and images are those
that went in; and the text comes first.
"""

import email
import email.policy
import json
import pathlib
import sys


def read(path):
    """The message, after its bytes, its headers and each part were found without a defect."""
    raw = path.read_bytes()
    assert raw.isascii() and b"\r\n" in raw
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        assert not part.defects, f"{path.name}: {part.defects}"
        for name, value in part.items():
            assert not value.defects, f"{path.name}: {name}: {value.defects}"
    for name in ("From", "To", "Date", "Subject", "Message-ID", "MIME-Version", "Content-Type"):
        assert len(message.get_all(name)) == 1, f"{path.name}: {name}"
    return message


def parts(message):
    """Text, HTML and images, which stand in this order."""
    text, html = message.iter_parts()
    assert text.get_content_type() == "text/plain"
    images = []
    if html.get_content_type() == "multipart/related":
        html, *images = html.iter_parts()
    assert html.get_content_type() == "text/html"
    return text, html, images


def assert_name(address, name):
    """The name beside an address is that one."""
    shown = address.display_name
    if sys.version_info < (3, 13, 2):
        # Older ones show the space between two encoded words of a name (gh-128110).
        shown, name = shown.replace(" ", ""), name.replace(" ", "")
    assert shown == name, (shown, name)


def compare(path):
    message = read(path)
    expected = json.loads(path.with_suffix(".json").read_text())
    assert message["Subject"] == expected["subject"], (message["Subject"], expected["subject"])
    (to,) = message["To"].addresses
    assert to.addr_spec == expected["email"], (to.addr_spec, expected["email"])
    assert_name(to, expected["name"] or "")
    text, html, images = parts(message)
    for part, what in ((text, "text"), (html, "html")):
        content = part.get_content().replace("\r\n", "\n")
        assert content == expected[what], f"{path.name}: {what}:\n{content!r}\n{expected[what]!r}"
    found = [[image.get_filename(), len(image.get_content())] for image in images]
    assert found == expected["images"], (found, expected["images"])


if __name__ == "__main__":
    messages = sorted(pathlib.Path(sys.argv[1]).glob("*.eml"))
    assert messages, "no messages"
    for path in messages:
        compare(path)
    print(f"{len(messages)} messages read without a defect")
