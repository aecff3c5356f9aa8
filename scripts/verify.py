"""Checks the airing log without loa: python3 verify.py FILE. FILE is the database (loa.db), what `loa log --format json` printed,
or a signed export, whose Ed25519 signature is checked as RFC 8032 says. The hash of a row is the SHA-256 of the hash before it,
one newline, and the row without both hashes as JSON with sorted keys; `head` is the newest row's number and hash."""
import hashlib, json, sqlite3, sys
P, L, COMPACT = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493, {"separators": (",", ":"), "ensure_ascii": False}
D = -121665 * pow(121666, -1, P)
def add(one, two):
    (x1, y1), (x2, y2) = one, two
    k = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P
def times(n, point):
    half = times(n // 2, add(point, point)) if n else (0, 1)
    return add(half, point) if n % 2 else half
def point(data):
    y, is_odd = int.from_bytes(data, "little") % 2**255, data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P)
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    return (x if x % 2 == is_odd else P - x), y
def is_signed(key, message, signature):
    r, s, base = signature[:32], int.from_bytes(signature[32:], "little"), (4 * pow(5, -1, P) % P).to_bytes(32, "little")
    h = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    return s < L and times(s, point(base)) == add(point(r), times(h, point(key)))

def rows_of_database(path):
    table = sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute("select * from airing_log order by seq")
    for values in table:
        row = {column[0]: value for column, value in zip(table.description, values) if not column[0].endswith("_utc")}
        yield row | {name: json.loads(row[name]) for name in ("themes", "zones", "zone_names")}
def read(line):  # a line in which a name stood twice, or with other blanks, could be read in two ways
    value = json.loads(line)
    return value if json.dumps(value, **COMPACT).encode() + b"\n" == line else sys.exit(f"loa does not write so: {line[:80]}")

def check_rows(rows, may_have_gaps):
    count, seq, head = 0, 0, "0" * 64
    for row in rows:
        prev_hash, claimed, gap = row.pop("prev_hash"), row.pop("hash"), row["seq"] - seq - 1
        text = prev_hash + "\n" + json.dumps(row, sort_keys=True, **COMPACT)
        follows = prev_hash == head if gap == 0 else may_have_gaps and gap > 0
        if not follows or hashlib.sha256(text.encode()).hexdigest() != claimed: sys.exit(f"row {row['seq']} is broken")
        if gap: print(f"no rows between {seq} and {row['seq']}", file=sys.stderr)
        count, seq, head = count + 1, row["seq"], claimed
    print(f"{count} rows, head {seq}:{head}")

def check_signed(lines):
    (header, *rows, seal), sha256 = map(read, lines), hashlib.sha256(b"".join(lines[:-1])).hexdigest()
    key, first, message = bytes.fromhex(header["public_key"]), header["first"], f"loa-signed-log-1:{sha256}".encode()
    due = [*([] if first is None else range(first, header["last"] + 1)), *header["remarks"]]
    found = header["format"], header["version"], header["rows"], [row["seq"] for row in rows], seal["sha256"], len(seal)
    check_rows(rows, True)
    whole = ("loa-signed-log", 1, len(due), due, sha256, 2)
    if found != whole or not is_signed(key, message, bytes.fromhex(seal["signature"])):
        sys.exit("these are not the lines that were signed, or not all of them")
    print(f"signed by the key {hashlib.sha256(key).hexdigest()}, head of the log {header['head']}")
sys.excepthook = lambda kind, error, trace: print(f"this is no log of loa: {error!r}", file=sys.stderr)
path, begin = sys.argv[1], open(sys.argv[1], "rb").readline()
rows = (read(line.replace(b"},\n", b"}\n")) for line in open(path, "rb") if line not in (b"[\n", b"]\n", b"[]\n"))
if begin.startswith(b"SQLite"): check_rows(rows_of_database(path), False)
elif begin in (b"[\n", b"[]\n"): check_rows(rows, True)
else: check_signed(open(path, "rb").readlines())
