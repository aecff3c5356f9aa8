"""An independent verifier of the airing log, written from its description alone: python3 verify_chain.py loa.db"""
import hashlib
import json
import sqlite3
import sys

VERSION_1 = """v seq station_id station airing attempt programme programme_title item kind bulletin title genre themes author
source approval approved_by approved_at zones zone_names priority scheduled_at started_at ended_at start_error_us planned_ms
aired_ms outcome reason output device level_dbfs peak_dbfs gain_cb trimmed_ms xruns starved_ms sha256 text_sha256 voice clock
boot_id by via why corrects note recorded_at prev_hash hash""".split()
LISTS = {"themes", "zones", "zone_names"}


def main(path):
    log = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    columns = ", ".join(f'"{name}"' for name in VERSION_1)
    seq, head = 0, "0" * 64
    for values in log.execute(f"select {columns} from airing_log order by seq"):
        row = dict(zip(VERSION_1, values))
        for name in LISTS:
            row[name] = json.loads(row[name])
        prev_hash, claimed = row.pop("prev_hash"), row.pop("hash")
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        found = hashlib.sha256(f"{prev_hash}\n{text}".encode()).hexdigest()
        if row["v"] != 1 or row["seq"] != seq + 1 or prev_hash != head or found != claimed:
            print(f"row {row['seq']} is broken")
            return 1
        seq, head = row["seq"], claimed
    print(f"{seq} rows, head {seq}:{head}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
