"""An independent verifier of the approvals, written from their description alone: python3 verify_approvals.py loa.db"""
import hashlib
import json
import sqlite3
import sys

HASHED = "v seq station_id act bulletin revision title sha256 text_sha256 by by_phone via why at clock".split()


def link(prev_hash, row):
    """The hash of a row: of the hash before it, one newline, and the row as JSON with sorted keys."""
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{prev_hash}\n{text}".encode()).hexdigest()


def main(path):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    columns = ", ".join(f'"{name}"' for name in [*HASHED, "prev_hash", "hash"])
    seq, head = 0, "0" * 64
    for *values, prev_hash, claimed in database.execute(f"select {columns} from approval order by seq"):
        row = dict(zip(HASHED, values))
        if row["v"] != 1 or row["seq"] != seq + 1 or prev_hash != head or link(prev_hash, row) != claimed:
            print(f"approval {row['seq']} is broken")
            return 1
        seq, head = row["seq"], claimed
    print(f"{seq} approvals, head {seq}:{head}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
