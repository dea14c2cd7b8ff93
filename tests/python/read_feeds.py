"""read_feeds.py FOLDER: every feed below an archive is well-formed, and says what a reader's program needs."""

import pathlib
import sys

import feedparser

folder = pathlib.Path(sys.argv[1])
feeds = [*folder.rglob("feed.xml"), *folder.rglob("rss.xml")]
if len(feeds) < 6:
    sys.exit(f"only {len(feeds)} feeds below {folder}")
for path in feeds:
    read = feedparser.parse(path.read_bytes())
    if read.bozo:
        sys.exit(f"{path}: {read.bozo_exception}")
    if not read.feed.title or not read.feed.link.startswith("http"):
        sys.exit(f"{path}: no title or link")
    for entry in read.entries:
        whole = entry.content[0].value
        if not (entry.id.startswith("tag:") and entry.link.startswith("http") and entry.published_parsed):
            sys.exit(f"{path}: {entry.id}")
        if len(whole) < 500 or "<p>" not in whole:
            sys.exit(f"{path}: {entry.id} has not its whole text")
