"""Reads the calendar that `schedule --ics` printed as a calendar program would, and holds it against
what the test publication's configuration says."""

import datetime
import sys

import icalendar

UTC = datetime.timezone.utc


def moment(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


with open(sys.argv[1], "rb") as file:
    calendar = icalendar.Calendar.from_ical(file.read())

assert calendar["VERSION"] == "2.0"
assert str(calendar["X-WR-CALNAME"]) == "데일리 노트"
events = calendar.walk("VEVENT")
assert not any(event.errors for event in events), [event.errors for event in events]

expected = {
    "monday-2026-11-23": ("2026-11-22T23:00", "월요일 편: 작은 모델의 시대 (past)"),
    "thursday-2026-11-26": ("2026-11-25T23:00", "목요일 편: 열두 칸, 다시; 그리드의 규칙 (draft)"),
    "monday-2026-11-30": ("2026-11-29T23:00", "월요일 편: 하나 / 둘 (conflict)"),
    "thursday-2026-12-03": (
        "2026-12-02T23:00",
        "목요일 편: 제목이 아주 길어서 한 줄에 다 담기지 않는 호, 그래도 표는 흐트러지지 않습니다 (ready)",
    ),
    "monday-2026-12-07": ("2026-12-06T23:00", "월요일 편 (missing)"),
    "monday-2026-12-14": ("2026-12-13T23:00", "월요일 편 (missing)"),
    "thursday-2026-12-17": ("2026-12-16T23:00", "목요일 편 (missing)"),
    "monday-2026-12-21": ("2026-12-20T23:00", "월요일 편 (missing)"),
}
found = {}
for event in events:
    uid, domain = str(event["UID"]).split("@")
    assert domain == "note.example.com"
    assert uid not in found, f"two events {uid}"
    start = event.decoded("DTSTART")
    assert start.utcoffset() == datetime.timedelta(0)
    assert event.decoded("DTEND") > start
    assert event.decoded("DTSTAMP") == moment("2026-11-24T06:20"), event["DTSTAMP"]
    found[uid] = (start, str(event["SUMMARY"]))
assert found == {uid: (moment(at), summary) for uid, (at, summary) in expected.items()}, found
draft = next(event for event in events if event["UID"].startswith("thursday-2026-11-26"))
assert str(draft["DESCRIPTION"]) == "디자인 & 아이디어\nissues/2026-11-26-twelve.md"
