"""Runs a program at a terminal and answers what it asks: terminal.py ANSWERS PROGRAM ARGUMENT…

ANSWERS is a JSON list of what is typed after each prompt, in order; a prompt is what ends with "] ". Prints all that
the terminal showed, and exits with the program's code.
"""

import json
import os
import pty
import select
import sys
import time

answers = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])

shown = b""
unanswered = 0
end = time.monotonic() + 60
while time.monotonic() < end:
    ready, _, _ = select.select([terminal], [], [], 1)
    if not ready:
        continue
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        piece = b""
    if not piece:
        break
    shown += piece
    if answers and shown[unanswered:].rstrip(b"\x1b[0m").endswith(b"] "):
        unanswered = len(shown)
        os.write(terminal, answers.pop(0).encode() + b"\n")
sys.stdout.write(shown.decode().replace("\r\n", "\n"))
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) if not answers else 99)
