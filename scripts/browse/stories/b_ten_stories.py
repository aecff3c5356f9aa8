"""The other five of the ten stories: emergency, the check before the day, the plan, special days, activities by hand."""

import datetime
import json
import re
import subprocess
import time

import hands
import past
from station import TONES, Station, now
from stories.a_ten_stories import ALL, clip, soon
from walk import story


@story("6: an emergency is heard within two seconds, can be stopped, and the session goes on")
def emergency(walk):
    with Station(walk.loa, samples=False) as walk.station:
        station = walk.station
        station.programme("buoi-thu", soon(25), [clip("nhac", "Ca nhạc"), clip("tin-mot", "Tin một")], title="Buổi phát thử")
        station.people()
        station.start()
        with walk.browsing() as browser:
            walk.sign_in("lan")
            begun = station.sound.first(time.time() - 5, TONES["nhac"], ALL, limit_s=60)
            walk.must(begun, "the music is on the air")
            walk.open("/")
            browser.find('header a[href="/khan-cap"]').click()
            browser.wait("the emergency page", lambda: "/khan-cap" in browser.address_shown)
            walk.look("emergency")
            hands.fill_emergency(walk, station.clip("khan-cap"), "lệnh sơ tán, ông Bình gọi", repeat=3)
            hands.let_go_early(walk)
            time.sleep(1)
            walk.equal([r for r in station.rows() if r["kind"] == "emergency"], [], "a button let go early does nothing")
            confirmed = hands.hold_emergency(walk)
            check_emergency(walk, confirmed)
            cut = next(r for r in station.rows() if r["outcome"] == "cut")
            walk.equal((cut["title"], cut["reason"]), ("Ca nhạc", "emergency"), "the music was cut by the emergency")
            hands.stop(walk)
            row = station.wait_row("the emergency, stopped", lambda r: r["kind"] == "emergency" and r["outcome"] == "cut")
            walk.equal((row["by"], row["via"], row["why"], row["priority"]),
                       ("Nguyễn Thị Lan (lan)", "web", "lệnh sơ tán, ông Bình gọi", "emergency"), "the row says who, where and why")  # fmt: skip
            again = station.sound.first(confirmed + 3, TONES["nhac"], ALL, limit_s=20)
            walk.expect(again, "after it the session goes on")
            hands.on_air(walk, "Ca nhạc")


def check_emergency(walk, confirmed):
    """The tone, then the text, from the captured samples."""
    station = walk.station
    said = station.sound.first(confirmed - 0.2, TONES["khan-cap"], ALL, limit_s=15)
    walk.must(said, "the emergency is heard")
    first = station.sound.first_sound(confirmed - 0.2, ALL)
    first = min(filter(None, (first, said)))
    walk.expect(first - confirmed < 2, "its first sound comes within two seconds", f"{first - confirmed:.2f} s")
    walk.note(f"first sound {first - confirmed:.2f} s after the button was held long enough, its words after {said - confirmed:.2f} s")
    hands.on_air(walk, "hẩn cấp")
    walk.picture("on-air")


@story("6b: an emergency by the keyboard alone, from the microphone, and without script")
def emergency_otherwise(walk):
    with Station(walk.loa, samples=False) as walk.station:
        station = walk.station
        station.people()
        station.start()
        with walk.browsing(microphone=station.clip("tin-ba")):
            walk.sign_in("binh")
            walk.open("/khan-cap")
            begun = time.time()
            hands.record_emergency(walk, seconds=4, why="cháy chợ")
            hands.hold_emergency(walk, keyboard=True)
            walk.expect(station.sound.first(begun, TONES["tin-ba"], ALL, limit_s=30), "what was spoken into the microphone is heard")
            row = station.wait_row("the recorded emergency", lambda r: r["kind"] == "emergency")
            walk.equal((row["why"], row["by"]), ("cháy chợ", "Trần Văn Bình (binh)"), "the row says who and why")
        with walk.browsing() as browser:
            browser.without_scripts()
            walk.sign_in("lan")
            begun = time.time()
            hands.emergency_without_script(walk, bulletin=1, why="vỡ đê")
            row = station.wait_row("the emergency without script", lambda r: r["why"] == "vỡ đê" or r.get("bulletin") == 1)
            walk.equal((row["kind"], row["by"]), ("emergency", "Nguyễn Thị Lan (lan)"), "without script it takes a second page, and airs")
            browser.without_scripts(False)


@story("7: what is wrong with tomorrow is seen today, and tomorrow's sheet can be printed")
def check_before_the_day(walk):
    with Station(walk.loa) as walk.station:
        station = walk.station
        tomorrow = (now() + datetime.timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
        station.programme("som", tomorrow, [clip("nhac-hieu", "Nhạc hiệu"), ("thieu", 'file = "khong-co.mp3"')], title="Buổi sớm")
        station.programme("trung", tomorrow + datetime.timedelta(minutes=3), [clip("tin-mot", "Tin một")], title="Buổi trùng giờ")
        station.people()
        station.start()
        with walk.browsing() as browser:
            walk.sign_in("lan")
            hands.problems(walk)
            text = browser.text
            walk.expect("khong-co.mp3" in text, "the missing file is named")
            walk.expect(re.search(r"schedules/som\.toml:\d+", text), "with its file and line")
            walk.expect("trung" in text, "the overlap is named")
            walk.look("problems")
            hands.sheet(walk, tomorrow)
            walk.shows("Buổi sớm", "the sheet has tomorrow's programme")
            walk.shows("09:00", "and its time")
            paper = station.folder / "to.pdf"
            browser.print_pdf(paper)
            printed = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True).stdout
            walk.expect("Buổi sớm" in printed, "it comes out of the printer")
            walk.expect("Thoát" not in printed, "without the buttons of the page")
            walk.picture("sheet")


@story("8: how far the plan is carried out: themes by month, what nothing proves stands out")
def progress(walk):
    with Station(walk.loa) as walk.station:
        station = walk.station
        past.live(station.home, 365)
        station.people()
        station.start()
        with walk.browsing() as browser:
            walk.sign_in("hoa")
            hands.plan_progress(walk, "2025")
            text = browser.text
            walk.expect(all(f"ND{n}" in text for n in range(1, 9)), "every theme of the plan is there")
            wanted = json.loads(station.command("plan", "status", "--period", "2025", "--format", "json"))
            walk.note(f"the command says {json.dumps(wanted, ensure_ascii=False)[:160]}")
            walk.look("progress")
            hands.theme_without_airing(walk, station)


@story("9: a special day is entered in one line, seen before it is kept, and changes the timetable")
def special_day(walk):
    with Station(walk.loa) as walk.station:
        station = walk.station
        station.people()
        station.start()
        day = (now() + datetime.timedelta(days=2)).date()
        while day.weekday() > 4:
            day += datetime.timedelta(days=1)
        with walk.browsing():
            walk.sign_in("lan")
            hands.special_day(walk, "Quốc tang thử", "mourning", day)
            walk.look("special-day-preview")
            walk.shows("Nhạc hiệu", "the preview names what is left out")
            walk.expect("Quốc tang thử" not in (station.home / "schedules/days.toml").read_text(), "the preview writes nothing")
            before = (station.home / "schedules/days.toml").read_text()
            hands.keep_special_day(walk)
            after = (station.home / "schedules/days.toml").read_text()
            walk.expect("Quốc tang thử" in after, "kept, it stands in days.toml")
            comments = [line for line in before.splitlines() if line.startswith("#")]
            walk.equal([line for line in after.splitlines() if line.startswith("#")][: len(comments)], comments, "with all its comments")
            planned = station.told("timetable", "--from", str(day), "--days", "1")
            left_out = [i["item"] for p in planned for i in p["items"] if i.get("special_day") or i.get("taken_out")]
            walk.expect(left_out, "the signature does not air on that day")
            hands.see_day(walk, day, "Quốc tang thử")
            walk.look("special-day")


@story("10: an activity with a photograph is entered by hand and stands in the report's own table")
def activity(walk):
    with Station(walk.loa) as walk.station:
        station = walk.station
        photo = station.folder / "anh-niem-yet.png"
        station.people()
        station.start()
        with walk.browsing() as browser:
            walk.sign_in("hoa")
            browser.picture(photo, whole=False)
            hands.add_activity(walk, "Niêm yết 35 thủ tục tại nhà văn hóa", "HT2", now().date(), "Nhà văn hóa thôn 2", 35, photo)
            walk.look("activity")
            shown = station.told("activity", "list")[0]
            walk.equal((shown["title"], shown["code"], shown["people"]), ("Niêm yết 35 thủ tục tại nhà văn hóa", "HT2", 35), "it is kept")
            walk.equal(len(shown["files"]), 1, "with its photograph")
            month = now().strftime("%Y-%m-%d")
            hands.choose_period(walk, f"{month}..{month}")
            hands.unfold(walk)
            walk.shows("Niêm yết 35 thủ tục", "the report has it, in a table of its own")
