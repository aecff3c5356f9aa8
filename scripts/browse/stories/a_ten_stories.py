"""The first five of the ten stories: sessions air by themselves, evidence, the report, approval, a bulletin in two minutes."""

import csv
import datetime
import json
import shutil
import sqlite3
import subprocess
import time
import zipfile

import hands
import past
from sound import make_tone
from station import TONES, Station, now
from walk import story

ALL = list(TONES.values())
SOON_S = 20  # until a programme starts: the station must be up, the page open, the rundown frozen


def soon(seconds=SOON_S):
    return (now() + datetime.timedelta(seconds=seconds)).replace(microsecond=0)


def clip(name, title):
    return name, f'file = "{name}.wav"\ntitle = "{title}"'


@story("1: a session airs by itself on time, a broken file costs its own item, a power cut leaves its row")
def sessions_air(walk):
    with Station(walk.loa, samples=False) as walk.station:
        station = walk.station
        station.clip("hong").write_bytes(b"RIFF no sound at all" * 50)
        start = soon(25)
        items = [clip("nhac-hieu", "Nhạc hiệu"), clip("hong", "Tệp hỏng"), clip("tin-mot", "Tin một"), clip("nhac", "Ca nhạc")]
        station.programme("buoi-thu", start, items, title="Buổi phát thử")
        station.people()
        station.start()
        with walk.browsing() as browser:
            walk.sign_in("lan")
            walk.open("/")
            walk.shows("Buổi phát thử", "the next programme is announced")
            hands.countdown(walk)
            at = station.sound.first(start.timestamp() - 2, TONES["nhac-hieu"], ALL, limit_s=60)
            if walk.must(at, "the first sound leaves"):
                error = at - start.timestamp()
                walk.expect(abs(error) < 0.1, "within 0.1 s of the plan", f"{error:+.3f} s")
            hands.on_air(walk, "Nhạc hiệu")
            hands.level_moves(walk)
            walk.picture("on-air")
            hands.outcome_fills_in(walk, "Nhạc hiệu", "phát đủ")
            hands.outcome_fills_in(walk, "Tệp hỏng", "không phát được")
            hands.on_air(walk, "Ca nhạc")
            heard = station.sound.stretches(start.timestamp() - 0.5, ALL)
            walk.equal([s.hertz for s in heard if s.hertz and s.seconds > 1][:2], [440, 620], "the broken file is passed over")
            gap = next((b.start - a.end for a, b in zip(heard, heard[1:]) if (a.hertz, b.hertz) == (440, 620)), 9)
            walk.expect(gap < 0.051, "the rest goes on without a gap", f"{gap:.3f} s of something else")
            power_cut(walk)


def power_cut(walk):
    """In the middle of the music: the row says what was aired, and the page finds its way back by itself."""
    station, browser = walk.station, walk.browser
    begun = station.sound.first(now().timestamp() - 30, TONES["nhac"], ALL)
    browser.wait("4 s of music", lambda: time.time() - begun > 4)
    with walk.forgiving("net::ERR", "Failed to fetch", "EventSource"):
        station.kill()
        heard = station.sound.seconds_of(begun - 1, TONES["nhac"], ALL)
        cut = now().timestamp()
        hands.says_lost(walk)
        walk.picture("lost")
        station.start()
        row = station.wait_row("the interrupted one", lambda r: r["outcome"] == "interrupted")
        walk.expect(row["aired_ms"] / 1000 <= heard + 0.05, "the log claims no more than was heard", f"{row['aired_ms']} of {heard:.2f} s")
        walk.expect(row["aired_ms"] / 1000 >= heard - 1, "and at most a second less", f"{row['aired_ms']} of {heard:.2f} s")
        hands.is_back(walk)
    again = station.sound.first(cut, TONES["nhac"], ALL, limit_s=20)
    walk.expect(again, "inside its window the item airs again")
    hands.on_air(walk, "Ca nhạc")
    hands.open_row(walk, row["seq"])
    walk.shows("bị gián đoạn", "the interrupted row is shown")
    walk.picture("interrupted")


@story("2: every airing is a row that opens to its evidence; a note is a row of its own; nobody changes a row")
def evidence(walk):
    with Station(walk.loa, samples=False) as walk.station:
        station = walk.station
        start = soon(12)
        station.programme("buoi-thu", start, [("mot", "bulletin = 1"), clip("tin-hai", "Tin hai")], title="Buổi phát thử")
        station.people()
        station.start()
        with walk.browsing() as browser:
            row = station.wait_row("the second item", lambda r: r["item"] == "tin-hai", limit_s=150)
            first = next(r for r in station.rows() if r["bulletin"] == 1)
            walk.sign_in("hoa")
            hands.open_row(walk, first["seq"])
            walk.look("evidence")
            hands.unfold(walk)
            text = browser.text
            for what, wanted in (
                ("its number", str(first["seq"])),
                ("when it was planned", start.strftime("%H:%M:%S")),
                ("when it really began", second(first["started_at"])),
                ("who approved", first["approved_by"]),
                ("the hash of its sound", first["sha256"][:12]),
                ("the hash of the chain", first["hash"][:12]),
            ):
                walk.expect(wanted in text, f"the row shows {what}", f"`{wanted}` is not on the page")
            hands.note(walk, first["seq"], "Trưởng thôn 2 báo nghe rõ")
            noted = station.wait_row("the note", lambda r: r["kind"] == "note")
            walk.equal((noted["corrects"], noted["note"]), (first["seq"], "Trưởng thôn 2 báo nghe rõ"), "the note is a row that points at the first")
            walk.equal((noted["by"], noted["via"]), ("Lê Thị Hoa (hoa)", "web"), "with who wrote it, and where")
            hands.open_row(walk, first["seq"])
            walk.shows("Trưởng thôn 2 báo nghe rõ", "the note stands beside the row")
        walk.expect("head" in station.command("log", "verify"), "the chain holds")
        for change in (f"update airing_log set title = 'x' where seq = {row['seq']}", f"delete from airing_log where seq = {row['seq']}"):
            walk.expect(refused_by_database(station, change), f"the database refuses `{change.split()[0]}`")


def second(instant):
    """To the nearest second, as people read it."""
    return (datetime.datetime.fromisoformat(instant) + datetime.timedelta(milliseconds=500)).strftime("%H:%M:%S")


def refused_by_database(station, statement):
    with sqlite3.connect(station.home / "data/loa.db", timeout=10) as database:
        try:
            database.execute(statement)
        except sqlite3.Error:
            return True
        finally:
            database.rollback()
    return False


@story("3: the report of a period, downloaded from the page in every form, with the figures of the screen")
def report(walk):
    with Station(walk.loa) as walk.station:
        station = walk.station
        past.live(station.home, 365)
        station.people()
        station.start()
        year = (now() - datetime.timedelta(days=60)).year
        with walk.browsing() as browser:
            walk.sign_in("hoa")
            hands.choose_period(walk, f"{year}-Q3")
            walk.look("report")
            walk.shows(f"14/09/{year}", "the window closes on 14 September")
            files = {kind: hands.download(walk, kind) for kind in ("docx", "xlsx", "csv")}
            check_document(walk, files["docx"])
            walk.expect(zipfile.is_zipfile(files["xlsx"]), "the workbook is one")
            wanted = station.home / "cli.csv"
            station.command("report", "--period", f"{year}-Q3", "-o", wanted)
            walk.expect(same_rows(files["csv"], wanted), "the .csv is what the command writes")
            hands.choose_period(walk, "2001-Q1")
            walk.shows("hông có", "a period without airings says so")
            walk.picture("empty-period")
        with walk.browsing():
            walk.sign_in("lan")
            hands.choose_period(walk, f"{year}-Q3")
            walk.expect(not hands.may_download(walk), "who may not report sees figures, and no downloads")


def same_rows(one, other):
    def rows(path):
        text = path.read_text(encoding="utf-8-sig")
        return list(csv.reader(text.splitlines(), delimiter=";"))

    # The line that says when it was made differs.
    differing = sum(a != b for a, b in zip(rows(one), rows(other)))
    return len(rows(one)) == len(rows(other)) > 3 and differing <= 1


def check_document(walk, path):
    walk.expect(zipfile.is_zipfile(path), "the document is one")
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        walk.note("LibreOffice is not here: the document was not opened")
        return
    home = path.parent / "office"
    command = [office, f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", "pdf", "--outdir", path.parent, path]
    subprocess.run(command, capture_output=True, timeout=180)
    paper = path.with_suffix(".pdf")
    text = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True).stdout
    walk.expect("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text and "BÁO CÁO" in text, "LibreOffice opens the document")


@story("4: nothing unapproved is aired; what is changed after its approval is refused again")
def approval(walk):
    with Station(walk.loa, samples=False) as walk.station:
        station = walk.station
        station.people()
        station.start()
        title = "Lịch tiêm phòng dại tháng này"
        with walk.browsing() as browser:
            walk.sign_in("lan")
            number = hands.add_bulletin(walk, title, "ND2", station.clip("tin-ba"))
            before = time.time()
            with walk.forgiving("status of 4"):
                told = hands.air(walk, number, refused=True)
                walk.expect("duyệt" in told, "the page tells that it is not approved, and what to do", told)
            walk.sign_in("binh")
            walk.open("/duyet")
            walk.shows(title, "it waits for the approver")
            walk.look("approvals")
            hands.approve(walk, number)
            walk.open("/duyet")
            walk.expect(title not in browser.find("main").text or hands.is_approved(walk, number), "it waits no more")
            walk.sign_in("lan")
            hands.air(walk, number)
            walk.expect(station.sound.first(before, TONES["tin-ba"], ALL), "approved, it is heard")
            row = station.wait_row("the bulletin", lambda r: r["bulletin"] == number and r["started_at"])
            walk.equal((row["outcome"], row["by"], row["via"]), ("aired", "Nguyễn Thị Lan (lan)", "web"), "the row says who aired it")
            walk.expect(row["approved_by"].startswith("Trần Văn Bình"), "and who approved", row["approved_by"])
            make_tone(station.folder / "khac.wav", 2210, 5)
            hands.change_sound(walk, number, station.folder / "khac.wav")
            with walk.forgiving("status of 4"):
                told = hands.air(walk, number, refused=True)
                walk.expect("duyệt" in told, "changed after the approval, it is refused", told)
            refuse(walk, number)
        heard = {s.hertz for s in station.sound.stretches(before, ALL) if s.hertz}
        walk.equal(heard, {TONES["tin-ba"]}, "nothing else was heard")


def refuse(walk, number):
    walk.sign_in("binh")
    hands.refuse(walk, number, "sai ngày tiêm")
    decided = walk.station.told("bulletin", "show", str(number))
    walk.expect("sai ngày tiêm" in json.dumps(decided, ensure_ascii=False), "a refusal keeps its reason")


@story("5: a bulletin is queued in two minutes with the keyboard alone, and shows where it will air")
def queue_bulletin(walk):
    with Station(walk.loa, samples=False) as walk.station:
        station = walk.station
        later = soon(30 * 60)
        station.programme("buoi-chieu", later, [("hang-cho", 'queue = { up_to = "15m" }')], title="Buổi phát chiều nay")
        station.people()
        station.start()
        with walk.browsing() as browser:
            walk.sign_in("lan")
            begun = time.monotonic()
            number = hands.add_bulletin(walk, "Thu gom rác thải nhựa", "ND1", station.clip("tin-hai"), keyboard=True)
            hands.queue(walk, number, keyboard=True)
            took = time.monotonic() - begun
            walk.expect(took < 120, "in less than two minutes", f"{took:.0f} s")
            walk.note(f"the browser took {took:.1f} s")
            walk.shows("uổi phát chiều nay", "the page shows where it will air")
            walk.shows(later.strftime("%H:%M"), "and when")
            walk.look("queued")
            waiting = {entry["bulletin"]: entry["title"] for entry in station.told("queue", "list")}
            walk.equal(waiting.get(number), "Thu gom rác thải nhựa", "it waits in the queue")
            hands.old_letters(walk)
