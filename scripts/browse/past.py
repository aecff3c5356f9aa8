"""A past for a station: days of programmes in its log, as the program itself would have written and chained them.

In: the folder of a station that `loa init` made, not running. Out: rows in its airing log, so that the log, the reports and the
charts have something to show. `loa log verify` finds nothing wrong with them, but they are invented: only for temporary stations.
Next: walk.py.
"""

import datetime
import hashlib
import importlib.machinery
import importlib.util
import json
import sqlite3

from sound import ROOT
from station import ZONE, now

loader = importlib.machinery.SourceFileLoader("measure_log", str(ROOT / "scripts/measure-log"))
measure_log = importlib.util.module_from_spec(importlib.util.spec_from_loader("measure_log", loader))
loader.exec_module(measure_log)

STARTS = {"buoi-sang": (5, 30, "Chương trình phát thanh buổi sáng"), "buoi-chieu": (17, 0, "Chương trình phát thanh buổi chiều")}
ZONES = ["thon-1", "thon-2", "thon-3"]
LENGTH_S = 48
# Every so many items something else happens than that all is aired.
TROUBLE = {31: ("interrupted", "power_loss"), 67: ("cut", "operator"), 103: ("cut", "emergency")}


def live(home, days):
    """Weekdays of the last `days` days, yesterday included: two programmes a day, four items each."""
    database = sqlite3.connect(home / "data/loa.db")
    station = database.execute("select station_id from station").fetchone()[0]
    bulletins = database.execute(
        'select max(approval.seq), bulletin, approval.at, approval."by", bulletin.title, bulletin.sha256, bulletin.text_sha256,'
        " bulletin.themes from approval join bulletin on bulletin.number = approval.bulletin group by bulletin order by bulletin"
    ).fetchall()
    first = (now() - datetime.timedelta(days=days)).date()
    head, seq = "0" * 64, 0
    for day in (first + datetime.timedelta(days=n) for n in range(days)):
        if day.weekday() > 4:
            continue
        for programme, (hour, minute, title) in STARTS.items():
            start = datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
            for item in range(4):
                seq += 1
                bulletin = None if item == 0 else bulletins[seq % len(bulletins)]
                facts = told(seq, station, programme, title, start, item, bulletin)
                head = insert(database, facts, head, start)
    database.commit()
    database.close()
    return seq


def told(seq, station, programme, title, start, item, bulletin):
    """The facts of one row; `bulletin` is None for the signature."""
    facts, _ = measure_log.row(seq, start)
    started = start + datetime.timedelta(seconds=LENGTH_S * item, microseconds=137)
    outcome, reason = next((what for n, what in TROUBLE.items() if seq % n == 0), ("aired", None))
    aired_s = LENGTH_S if outcome == "aired" else 17
    ended = measure_log.instant(started + datetime.timedelta(seconds=aired_s))
    utc = start.astimezone(datetime.timezone.utc)
    facts |= {
        "station_id": station, "airing": f"{programme}@{utc:%Y-%m-%dT%H:%M:%SZ}/{item}", "programme": programme,
        "programme_title": title, "item": str(item), "kind": "fixed", "title": "Nhạc hiệu", "genre": "nhạc hiệu", "themes": [],
        "author": None, "zones": ZONES, "zone_names": [f"Cụm loa thôn {n}" for n in range(1, 4)],
        "scheduled_at": measure_log.instant(start), "started_at": measure_log.instant(started), "ended_at": ended,
        "planned_ms": LENGTH_S * 1000, "aired_ms": aired_s * 1000, "outcome": outcome, "reason": reason,
        "device": "alsa:plughw:CARD=PCH,DEV=0", "recorded_at": ended,
    }  # fmt: skip
    if bulletin:
        approval, number, at, by, name, sha256, text_sha256, themes = bulletin
        facts |= {
            "kind": "bulletin", "bulletin": number, "title": name, "genre": "bài", "themes": json.loads(themes),
            "author": "Nguyễn Thị Lan", "approval": str(approval), "approved_by": by, "approved_at": at,
            "sha256": sha256, "text_sha256": text_sha256,
        }  # fmt: skip
    return facts


def insert(database, facts, head, start):
    """Appends one row to the chain; answers with its hash."""
    hashed = {name: value for name, value in facts.items() if name not in ("prev_hash", "hash")}
    text = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    facts["prev_hash"], facts["hash"] = head, hashlib.sha256(f"{head}\n{text}".encode()).hexdigest()
    for name in measure_log.LISTS:
        facts[name] = json.dumps(facts[name], separators=(",", ":"), ensure_ascii=False)
    started = datetime.datetime.fromisoformat(facts["started_at"])
    utc = [at.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ") for at in (start, started)]
    database.execute(f"insert into airing_log values ({', '.join('?' * (len(facts) + 2))})", [*facts.values(), *utc])
    return facts["hash"]
