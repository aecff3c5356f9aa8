"""The pictures of docs/so-tay.md: what a person sees, at a station that has aired for two months and is on the air.

In: the stories' own hands. Out: PNG files with few colours, so that the handbook stays small. Next: ../../docs/so-tay.md.
"""

import datetime
import pathlib
import re
import shutil
import subprocess

import hands
import past
from station import PASSWORD, Station, now
from walk import Walk
from webdriver import PHONE

SIZE = (1000, 720)
MORNING = r'cron = "0 30 5 \* \* [^"]*"'
MOST_BYTES = 3_000_000
DRAWN = "const i = document.querySelector('[data-check] img'); return !!i && i.complete && i.naturalWidth > 0"


def take(given):
    """Takes them all anew; answers with the exit code."""
    folder = pathlib.Path(given.handbook).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    walk = Walk("handbook", given)
    first_day(walk, folder)
    with Station(walk.loa) as walk.station:
        prepare(walk.station)
        with walk.browsing(microphone=walk.station.clip("tin-ba")) as browser:
            browser.resize(SIZE)
            for deed in (on_the_air, bulletins, emergency, timetable, log, reports, system, telephone):
                deed(walk, folder)
    pictures = sorted(folder.glob("*.png"))
    for picture in pictures:
        shrink(picture)
    size = sum(picture.stat().st_size for picture in pictures)
    print(f"{len(pictures)} pictures, {size} bytes: {folder}")
    return 0 if size < MOST_BYTES and all(check.held for check in walk.checks) else 1


def shrink(path):
    """128 colours are enough for a page: a third of the bytes."""
    small = path.with_suffix(".small.png")
    palette = "split[a][b];[a]palettegen=max_colors=128:stats_mode=full[p];[b][p]paletteuse=dither=none"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", path, "-vf", palette, "-frames:v", "1", small], check=True)
    if small.stat().st_size < path.stat().st_size:
        small.replace(path)
    else:
        small.unlink()


def prepare(station):
    """Two months of programmes, today's morning programme about to begin, and people."""
    for number in map(str, range(1, 9)):
        station.command("bulletin", "withdraw", number, "--by", "Trần Văn Bình")
        station.command("bulletin", "approve", number, "--by", "Trần Văn Bình")
    past.live(station.home, 60)
    start = now() + datetime.timedelta(seconds=20)
    morning = station.home / "schedules/buoi-sang.toml"
    cron = f'cron = "{start.second} {start.minute} {start.hour} * * *"'
    morning.write_text(re.sub(MORNING, cron, morning.read_text(), count=1))
    station.people()
    station.start()


def shoot(walk, folder, name, upon=None):
    """What the window shows, with the element `upon` at its top."""
    browser = walk.browser
    browser.run("if (document.activeElement) document.activeElement.blur()")
    browser.run("arguments[0].scrollIntoView({ block: 'start', behavior: 'instant' })", browser.find(upon or "html"))
    browser.picture(folder / f"{name}.png", whole=False)


def recording(station):
    """A bulletin that the station does not have yet."""
    source, made = station.home / "audio/nd6-trach-nhiem-nguoi-dung-dau.opus", station.folder / "tiem-phong.mp3"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-ss", "4", "-i", source, made], check=True)
    return made


def first_day(walk, folder):
    with Station(walk.loa, samples=False) as walk.station:
        walk.station.start()
        with walk.browsing() as browser:
            browser.resize(SIZE)
            walk.open("/")
            browser.find('input[name="name"]').fill("Phạm Văn Tám")
            browser.find('input[name="login"]').fill("tam")
            shoot(walk, folder, "lan-dau")
            for field in ("password", "again"):
                browser.find(f'input[name="{field}"]').fill(PASSWORD)
            walk.submit('form[action="/api/first-visit"]')
            browser.wait("the page", lambda: browser.has("#dang-phat"))
            browser.forget_cookies()
            walk.open("/dang-nhap")
            shoot(walk, folder, "dang-nhap")


def on_the_air(walk, folder):
    walk.sign_in("lan")
    walk.open("/")
    hands.on_air(walk, "Lời chào", limit_s=90)
    hands.level_moves(walk)
    shoot(walk, folder, "hom-nay")


def bulletins(walk, folder):
    browser = walk.browser
    sound = recording(walk.station)
    walk.open("/tin-bai/moi")
    browser.find("input#file").type(str(sound))
    hands.found_in_file(walk)
    browser.find("#title").fill("Tiêm phòng dại cho chó mèo")
    browser.find("#theme").choose("ND6")
    browser.wait("the waveform", lambda: browser.run(DRAWN))
    shoot(walk, folder, "tin-bai-moi", upon="main h1")
    hands.act(walk, "/api/bulletins")
    number = hands.made(walk)
    browser.wait("the preview", lambda: browser.find("[data-preview]").text)
    shoot(walk, folder, "hang-cho", upon="#hang-cho")
    hands.queue(walk, number)
    walk.sign_in("binh")
    walk.open("/duyet")
    shoot(walk, folder, "duyet")
    hands.approve(walk, number)


def emergency(walk, folder):
    walk.sign_in("lan")
    walk.open("/khan-cap")
    walk.browser.find("#bulletin").choose("3")
    walk.browser.find("#why").fill("Nước lũ lên nhanh, di dời dân thôn 2")
    shoot(walk, folder, "khan-cap")


def timetable(walk, folder):
    day = (now() + datetime.timedelta(days=3)).date()
    walk.open("/lich-phat")
    shoot(walk, folder, "lich-phat")
    hands.sheet(walk, now() + datetime.timedelta(days=1))
    shoot(walk, folder, "to-lich-phat")
    walk.open("/lich-phat/ngay-dac-biet")
    walk.browser.find("#title").fill("Cắt điện cả ngày")
    hands.set_value(walk.browser, "#from", day)
    walk.browser.find("#changes").choose("all")
    shoot(walk, folder, "ngay-dac-biet")


def log(walk, folder):
    walk.open("/nhat-ky")
    shoot(walk, folder, "nhat-ky")
    row = next(r for r in reversed(walk.station.rows()) if r["kind"] == "bulletin" and r["outcome"] == "aired")
    walk.open(f"/nhat-ky/{row['seq']}")
    shoot(walk, folder, "dong-nhat-ky")


def reports(walk, folder):
    walk.sign_in("hoa")
    hands.choose_period(walk, f"{now().year}-{now().month:02}")
    shoot(walk, folder, "bao-cao")
    walk.open("/bao-cao/hoat-dong/moi")
    walk.browser.find("#title").fill("Niêm yết 35 thủ tục tại nhà văn hóa")
    walk.browser.find("#code").choose("HT2")
    walk.browser.find("#place").fill("Nhà văn hóa thôn 2")
    shoot(walk, folder, "hoat-dong")


def system(walk, folder):
    walk.sign_in("tam")
    walk.open("/he-thong")
    shoot(walk, folder, "he-thong")


def telephone(walk, folder):
    walk.sign_in("lan")
    walk.browser.resize(PHONE)
    walk.open("/")
    walk.browser.wait("the day", lambda: walk.browser.has("#dang-phat"))
    shoot(walk, folder, "dien-thoai")
    walk.browser.resize(SIZE)
