"""What goes wrong between people and the page: a lost connection, a lost answer, a second tab, the back button, a bad file."""

import time

import hands
from between import Line
from station import PASSWORD, TONES, Station
from stories.a_ten_stories import ALL, clip, soon
from walk import story


@story("a lost answer, a second tab, the back button: nothing airs twice, nothing is lost")
def once_only(walk):
    with Station(walk.loa, samples=False) as walk.station:
        station = walk.station
        station.people()
        station.start()
        with Line(station.port) as line, walk.browsing() as browser:
            walk.at = line.address
            walk.sign_in("lan")
            with walk.forgiving("net::ERR", "Failed to fetch", "EventSource"):
                line.lose_answers()
                hands.press_air(walk, 1)
                browser.wait("the lost answer", line.lost.is_set)
                walk.shows("kết nối", "the page says that it does not know whether it was done")
                walk.picture("lost-answer")
                line.lose_answers(False)
                hands.press_air_again(walk)
            time.sleep(2)
            walk.equal(aired(station), 1, "pressed again after the lost answer, it airs once")
            old, new = browser.new_tab()
            walk.open("/")
            browser.close_tab(old)
            browser.back()
            browser.reload()
            time.sleep(1)
            walk.equal(aired(station), 1, "neither the second tab nor the way back airs anything")
            double_click(walk)


@story("eight tabs at once: browsers allow six connections, and every tab still opens and lives")
def many_tabs(walk):
    with Station(walk.loa, samples=False) as walk.station:
        station = walk.station
        station.people()
        station.start()
        with walk.browsing() as browser:
            walk.sign_in("lan")
            for _ in range(7):
                browser.new_tab()
                walk.open("/")
            shown = browser.find("#gio").text
            browser.wait("the clock of the eighth tab", lambda: browser.find("#gio").text != shown, 15)
            browser.wait("its live feed", lambda: browser.run("return !!(window.loa && loa.status)"), 20)
            walk.expect(True, "the eighth tab lives")
            walk.open("/tin-bai")
            walk.expect(browser.has("h1"), "and leads on")


def aired(station, number=1):
    """How often a bulletin was ordered: by its rows in the log, what is on the air, and what waits."""
    desk = station.told("status")
    on_air = (desk.get("on_air") or {}).get("airing")
    ids = {r["airing"] for r in station.rows() if r["bulletin"] == number} | ({on_air} if on_air else set())
    return len(ids) + len(desk.get("waiting", []))


def double_click(walk):
    """Two clicks where one was meant."""
    hands.stop(walk)
    walk.station.wait_row("the stopped one", lambda r: r["bulletin"] == 1)
    hands.choose_bulletin(walk, 2)
    walk.browser.run("const b = document.querySelector('form[action=\"/api/air\"] button.primary.big'); b.click(); b.click()")
    walk.browser.wait("what was clicked twice", lambda: aired(walk.station, 2))
    time.sleep(2)
    walk.equal(aired(walk.station, 2), 1, "a double click airs it once")


@story("offline and back: what was typed stays, the page says so, and goes on by itself")
def offline(walk):
    with Station(walk.loa, samples=False) as walk.station:
        station = walk.station
        station.programme("buoi-thu", soon(30), [clip("nhac", "Ca nhạc")], title="Buổi phát thử")
        station.people()
        station.start()
        with Line(station.port) as line, walk.browsing():
            walk.at = line.address
            walk.sign_in("lan")
            walk.open("/")
            with walk.forgiving("net::ERR", "Failed to fetch", "EventSource"):
                line.break_off()
                hands.says_lost(walk)
                walk.picture("lost")
                line.mend()
                hands.is_back(walk)
            station.sound.first(time.time() - 5, TONES["nhac"], ALL, limit_s=60)
            hands.on_air(walk, "Ca nhạc")
            hands.typed_text_survives(walk)


@story("a slow line: the page is there in time, and says that it is busy")
def slow(walk):
    with Station(walk.loa, samples=False) as walk.station:
        station = walk.station
        station.people()
        station.start()
        with walk.browsing() as browser:
            walk.sign_in("lan")
            browser.devtools("Network.enable")
            browser.devtools("Network.setCacheDisabled", cacheDisabled=True)  # as if it were the first time
            browser.network(latency_ms=300, bytes_per_s=50_000)
            begun = time.monotonic()
            walk.open("/")
            took = time.monotonic() - begun
            walk.expect(took < 10, "over 400 kbit/s and 300 ms the first page opens in ten seconds", f"{took:.1f} s")
            walk.note(f"{took:.1f} s")
            size = browser.run("return performance.getEntriesByType('navigation')[0].transferSize")
            rest = browser.run("return performance.getEntriesByType('resource').map(r => [r.name.split('/').pop(), r.transferSize])")
            walk.note(f"first page {size} bytes, beside it {rest}")
            walk.expect(0 < size + sum(n for _, n in rest) < 100_000, "the first page with all it needs is under 100 kB", size)
            browser.network_as_it_is()


@story("a bulletin is recorded from the microphone, heard again, and kept")
def microphone(walk):
    with Station(walk.loa, samples=False) as walk.station:
        station = walk.station
        station.people()
        station.start()
        with walk.browsing(microphone=station.clip("tin-ba")):
            walk.sign_in("lan")
            number = hands.record_bulletin(walk, "Thu tại chỗ", "ND1", seconds=4)
            walk.look("recorded")
            shown = station.told("bulletin", "show", str(number))
            walk.expect(3_000 < shown["duration_ms"] < 6_500, "as long as it was spoken", shown.get("duration_ms"))
            station.command("bulletin", "approve", str(number), "--by", "Trần Văn Bình")
            begun = time.time()
            hands.air(walk, number)
            walk.expect(station.sound.first(begun, TONES["tin-ba"], ALL, limit_s=30), "and heard on the air")


@story("a bad file, a text in TCVN3, a field left out: a plain sentence, and what was typed stays")
def bad_input(walk):
    with Station(walk.loa, samples=False) as walk.station:
        station = walk.station
        station.people()
        station.start()
        bad = station.folder / "hong.mp3"
        bad.write_bytes(b"no sound at all " * 500)
        with walk.browsing() as browser, walk.forgiving("status of 4"):
            walk.sign_in("lan")
            told = hands.bad_file(walk, bad)
            walk.expect(told, "the page says why the file is refused", told)
            walk.picture("bad-file")
            walk.expect(PASSWORD not in browser.source, "no password is ever on a page")
