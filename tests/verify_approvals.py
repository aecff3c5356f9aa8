"""An independent verifier of all chains but the log, written from their description: python3 verify_approvals.py loa.db"""
import hashlib
import json
import sqlite3
import sys

HASHED = "v seq station_id act bulletin revision title sha256 text_sha256 by by_phone via why at clock".split()
REVISION = (
    "v seq station_id number revision title genre themes author source class valid_from valid_until zones text text_sha256 "
    "read_as file_name sha256 duration_ms measures doubts voice recorded_at by via"
).split()
ZONE_ACT = "v seq station_id zone act at why undoes recorded_at by via clock".split()
ACTIVITY = (
    "v seq station_id number revision date until code channel title themes bulletin place people procedures who link files note "
    "withdrawn recorded_at by via clock"
).split()
AUDIT = "v seq station_id at login name from_address act subject why outcome told via clock".split()
TABLES = [
    ("approval", HASHED, "approvals"),
    ("bulletin", REVISION, "bulletin revisions"),
    ("zone_act", ZONE_ACT, "acts on zones"),
    ("activity", ACTIVITY, "activity revisions"),
    ("audit", AUDIT, "acts in the audit"),
]


def link(prev_hash, row):
    """The hash of a row: of the hash before it, one newline, and the row as JSON with sorted keys."""
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{prev_hash}\n{text}".encode()).hexdigest()


def walk(database, table, hashed):
    """The newest row's number and hash, or the number of the first bad row and nothing."""
    columns = ", ".join(f'"{name}"' for name in [*hashed, "prev_hash", "hash"])
    seq, head = 0, "0" * 64
    for *values, prev_hash, claimed in database.execute(f"select {columns} from {table} order by seq"):
        row = dict(zip(hashed, values))
        if row["v"] != 1 or row["seq"] != seq + 1 or prev_hash != head or link(prev_hash, row) != claimed:
            return row["seq"], None
        seq, head = row["seq"], claimed
    return seq, head


def main(path):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    is_broken = False
    for table, hashed, what in TABLES:
        seq, head = walk(database, table, hashed)
        print(f"{seq} {what}, head {seq}:{head}" if head else f"row {seq} of the {what} is broken")
        is_broken |= head is None
    return int(is_broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
