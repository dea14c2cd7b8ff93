"""Reads every .eml of an inbox as Python's `email` does: no defect, subject and names as they were
written, the text first. The folder holds `expected.json`: the subject, and each reader's name.
"""

import json
import pathlib
import sys

from parse_mail import assert_name, parts, read

folder = pathlib.Path(sys.argv[1])
expected = json.loads((folder / "expected.json").read_text())
names = dict(expected["names"])
for path in sorted(folder.glob("*.eml")):
    message = read(path)
    assert message["Subject"] == expected["subject"], message["Subject"]
    (to,) = message["To"].addresses
    assert_name(to, names.pop(to.addr_spec))
    text, html, _ = parts(message)
    assert "\ufffd" not in text.get_content() + html.get_content(), path.name
assert not names, f"nothing for {names}"
