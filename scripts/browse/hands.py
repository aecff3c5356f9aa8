"""What a person does at the pages, one function for each deed: the only file that knows where things stand on them.

In: a walk with somebody signed in. Out: the deed done through the page, as by hand; what the page said. Next: stories/.
"""

import re
import time

from webdriver import Failed

SENT = 'form[action="{}"]'


def act(walk, action, button=None):
    """Presses the button of the form of one act."""
    form = SENT.format(action)
    if button:
        walk.browser.press_button(button, inside=form)
    else:
        walk.submit(form)


def told(walk, action=None, limit_s=20):
    """What came back: the words of an act that was done, else the refusal inside its form."""
    places = "#da-lam .notice, #tra-loi, .answer, main > .notice.bad[role=alert]"

    def words():
        shown = [e.text.strip() for e in walk.browser.find_all(places) if e.shown]
        return " ".join(text for text in shown if text)

    return walk.browser.wait("the answer to an act", words, limit_s)


def set_value(browser, css, value):
    """Fields that browsers show in their own way, such as dates."""
    browser.run(
        "arguments[0].value = arguments[1];"
        "for (const name of ['input', 'change']) arguments[0].dispatchEvent(new Event(name, { bubbles: true }));",
        browser.find(css), str(value),
    )  # fmt: skip


# Hôm nay


def countdown(walk):
    """The time until the next programme goes down by itself."""
    look = lambda: walk.browser.find("#dem-nguoc").text
    first = walk.browser.wait("the countdown", look)
    walk.browser.wait("the countdown to move", lambda: look() != first, 5)
    walk.expect(re.fullmatch(r"\d\d:\d\d:\d\d", look()), "a countdown runs to the next programme", look())


def on_air(walk, title, limit_s=15):
    try:
        walk.browser.wait(title, lambda: title in walk.browser.find("#dang-phat").text, limit_s)
        walk.expect(True, f"the page shows `{title}` on the air")
    except Failed:
        walk.expect(False, f"the page shows `{title}` on the air", walk.browser.find("#dang-phat").text)


def level_moves(walk):
    """The meter follows the real output."""
    seen = set()
    end = time.monotonic() + 4
    while time.monotonic() < end:
        seen.add(walk.browser.find("#muc-am-rms").attribute("width"))
        time.sleep(0.1)
    loud = max(float(width) for width in seen)
    walk.expect(loud > 20, "the meter shows the sound", f"widths {sorted(seen)}")
    walk.expect("có tiếng" in walk.browser.find("#muc-am-chu").text, "and says so in words", walk.browser.find("#muc-am-chu").text)


def outcome_fills_in(walk, title, outcome, limit_s=60):
    """The day's timeline gets the outcome of an item without anybody's doing."""
    ask = """
    for (const block of document.querySelectorAll('#lich-ngay details')) block.open = true;
    return [...document.querySelectorAll('#lich-ngay li')].map(e => e.innerText.replace(/\\s+/g, ' '));
    """
    lines = lambda: [line for line in walk.browser.run(ask) if title in line]
    try:
        walk.browser.wait(outcome, lambda: any(outcome in line.lower() for line in lines()), limit_s)
        walk.expect(True, f"`{title}`: the day's timeline fills in `{outcome}`")
    except Failed:
        walk.expect(False, f"`{title}`: the day's timeline fills in `{outcome}`", lines())


def says_lost(walk):
    try:
        walk.browser.wait("the words of a lost connection", lambda: walk.browser.find("#mat-ket-noi").shown, 15)
        walk.expect("Mất kết nối" in walk.browser.find("#mat-ket-noi").text, "a lost connection is told")
    except Failed as failed:
        walk.expect(False, "a lost connection is told", failed)


def is_back(walk):
    try:
        walk.browser.wait("the connection", lambda: not walk.browser.find("#mat-ket-noi").shown, 20)
        walk.expect(True, "and the page is back by itself")
    except Failed as failed:
        walk.expect(False, "and the page is back by itself", failed)


def choose_bulletin(walk, number):
    walk.open("/phat-ngay")
    walk.browser.find("#bulletin").choose(number)


def air(walk, number, refused=False):
    """Puts a bulletin on the air; answers with what the page said."""
    choose_bulletin(walk, number)
    act(walk, "/api/air")
    said = told(walk)
    at_home = walk.browser.run("return location.pathname") == "/"
    walk.expect(at_home != refused, "it is refused" if refused else "it is taken", said)
    return said


def press_air(walk, number):
    """Only presses: the answer is to be lost."""
    choose_bulletin(walk, number)
    act(walk, "/api/air")


def press_air_again(walk):
    act(walk, "/api/air")
    told(walk)


def stop(walk, button="Dừng", action="/api/stop"):
    """Stops what is on the air, and says yes to the question."""
    walk.open("/")
    browser = walk.browser
    form = SENT.format(action)
    browser.wait("the button", lambda: browser.find(f"{form} button").enabled)
    browser.find(f"{form} button").click()
    browser.wait("the question", lambda: browser.has("dialog[open]"))
    walk.expect(button in browser.find("dialog[open]").text, f"`{button}` asks before it acts", browser.find("dialog[open]").text)
    browser.press_button("Có, làm ngay", inside="dialog[open]")
    return told(walk)


# Khẩn cấp


def fill_emergency(walk, path, why, repeat=1):
    browser = walk.browser
    browser.find("#what-file").click()
    browser.wait("the choice of files", lambda: browser.find("#file").shown)
    browser.find("#file").choose(path.name)
    browser.find("#why").fill(why)
    browser.find("#repeat").fill(str(repeat))


def hold_button(walk):
    return walk.browser.find("button.hold")


def let_go_early(walk):
    walk.browser.hold(hold_button(walk), 0.6)


def hold_emergency(walk, keyboard=False):
    """Holds the button until it counts; answers with the instant from which the sound is due."""
    browser = walk.browser
    begun = time.time()
    if keyboard:
        browser.run("arguments[0].focus()", hold_button(walk))
        browser.press("enter", hold_s=1.7)
    else:
        browser.hold(hold_button(walk), 1.7)
    told(walk)
    walk.expect(browser.run("return location.pathname") == "/", "confirmed, the page of the day shows it")
    return begun + 1.5


def record_emergency(walk, seconds, why):
    browser = walk.browser
    browser.find("#what-upload").click()
    browser.press_button("Ghi âm", inside="form.act")
    record(walk, seconds)
    browser.wait("the upload", lambda: browser.run("return document.querySelector('input[name=upload]').value"))
    browser.find("#why").fill(why)


def emergency_without_script(walk, bulletin, why):
    walk.open("/khan-cap")
    walk.browser.find("#bulletin").choose(bulletin)
    walk.browser.find("#why").fill(why)
    walk.submit(SENT.format("/api/emergency"))
    walk.browser.wait("the second page", lambda: "/khan-cap/xac-nhan" in walk.browser.address_shown)
    walk.expect(why in walk.browser.text, "the second page says what would air")
    walk.submit(SENT.format("/api/emergency"))


# Tin bài


def record(walk, seconds):
    """Speaks into the microphone, listens, and takes it."""
    browser = walk.browser
    browser.wait("the recording", lambda: browser.find_text("button", "■ Xong"))
    time.sleep(seconds)
    browser.press_button("■ Xong")
    browser.press_button("Dùng bản ghi này")


def found_in_file(walk, limit_s=40):
    """What was found in the file that was sent ahead."""
    box = "[data-check]"
    walk.browser.wait("the check of the file", lambda: walk.browser.has(f"{box} .notice"), limit_s)
    return walk.browser.find(f"{box} .notice").text


def made(walk, pattern=r"/tin-bai/(\d+)"):
    """The number of what was made, from the page that shows it."""
    number = lambda: re.search(pattern + r"(?:[?#]|$)", walk.browser.address_shown)
    return int(walk.browser.wait("the page of what was made", number)[1])


def add_bulletin(walk, title, theme, path, keyboard=False):
    walk.open("/tin-bai/moi")
    browser = walk.browser
    browser.find("input#file").type(str(path))
    said = found_in_file(walk)
    walk.expect("giây" in said or "phút" in said, "the length is read from the file", said)
    if keyboard:
        fill_by_keyboard(walk, {"title": title, "theme": theme})
    else:
        browser.find("#title").fill(title)
        browser.find("#theme").choose(theme)
        act(walk, "/api/bulletins")
    return made(walk)


def fill_by_keyboard(walk, fields):
    """From the top of the page: tab to each field, type, and Enter on the button."""
    browser = walk.browser
    browser.run("document.activeElement.blur(); window.scrollTo(0, 0)")
    waiting = dict(fields)
    for _ in range(120):
        browser.press("tab")
        now = browser.focused
        name = now.attribute("name")
        if name in waiting:
            type_into(browser, now, waiting.pop(name))
        elif not waiting and now.property("tagName") == "BUTTON" and "primary" in (now.attribute("class") or ""):
            browser.press("enter")
            return
    raise Failed(f"the keyboard reaches no {', '.join(waiting) or 'button'}")


def type_into(browser, field, value):
    if field.property("tagName") == "SELECT":
        options = field.find_all("option")
        wanted = next(n for n, option in enumerate(options) if option.attribute("value") == str(value))
        browser.press("home", *["down"] * wanted)
    else:
        if field.property("value"):
            browser.press_with("control", "a")
        browser.write(str(value))


def change_sound(walk, number, path):
    walk.open(f"/tin-bai/{number}/sua")
    walk.browser.find("input#file").type(str(path))
    found_in_file(walk)
    act(walk, f"/api/bulletins/{number}/change")
    made(walk)


def record_bulletin(walk, title, theme, seconds):
    walk.open("/tin-bai/moi")
    walk.browser.find("[data-record]").click()
    record(walk, seconds)
    found_in_file(walk)
    walk.browser.find("#title").fill(title)
    walk.browser.find("#theme").choose(theme)
    act(walk, "/api/bulletins")
    return made(walk)


def queue(walk, number, keyboard=False):
    """Queues a bulletin from its own page, once the page has shown where it would air."""
    walk.open(f"/tin-bai/{number}")
    browser = walk.browser
    browser.wait("the preview", lambda: browser.find("[data-preview]").text)
    if keyboard:
        browser.run("arguments[0].focus()", browser.find(SENT.format("/api/queue") + " select"))
        fill_by_keyboard_from_here(walk)
    else:
        act(walk, "/api/queue")
    return told(walk)


def fill_by_keyboard_from_here(walk):
    for _ in range(20):
        walk.browser.press("tab")
        if walk.browser.focused.property("tagName") == "BUTTON":
            walk.browser.press("enter")
            return
    raise Failed("the keyboard reaches no button")


def old_letters(walk):
    """Decomposed letters are taken and composed; TCVN3 is refused with words."""
    browser = walk.browser
    walk.open("/tin-bai/moi")
    browser.find("#title").fill("Thông báo cấp nước".encode().decode())
    browser.run("arguments[0].value = 'Thông báo cắt nước'.normalize('NFD')", browser.find("#title"))
    browser.find("#theme").choose("ND1")
    browser.find("#text").fill("Xã thông báo lịch cắt nước.")
    act(walk, "/api/bulletins")
    number = made(walk)
    shown = walk.station.told("bulletin", "show", str(number))
    walk.equal(shown["title"], "Thông báo cắt nước", "decomposed letters are composed")
    with walk.forgiving("status of 4"):
        walk.open("/tin-bai/moi")
        browser.find("#title").fill("Ph¸t thanh x· Thanh §a, th«ng b¸o")
        browser.find("#theme").choose("ND1")
        browser.find("#text").fill("Nh©n d©n ®Õn trô së")
        act(walk, "/api/bulletins")
        said = told(walk)
        walk.expect("TCVN3" in walk.browser.find("main").text, "old letters are told as such", said)
        walk.expect(browser.find("#title").property("value").startswith("Ph¸t"), "what was typed stays")


def bad_file(walk, path):
    """Sends a file that is no sound; answers with the words of the refusal."""
    walk.open("/tin-bai/moi")
    walk.browser.find("#title").fill("Tin có tệp hỏng")
    walk.browser.find("input#file").type(str(path))
    said = found_in_file(walk)
    kept = walk.browser.find("#title").property("value")
    walk.equal(kept, "Tin có tệp hỏng", "what was typed stays")
    return said


def typed_text_survives(walk):
    """A form sent while the line is down keeps what was typed, and can be sent again."""
    browser = walk.browser
    walk.open("/tin-bai/moi")
    browser.find("#title").fill("Gõ lúc mất mạng")
    browser.find("#theme").choose("ND1")
    browser.find("#text").fill("Lời của tin.")
    with walk.forgiving("net::ERR", "Failed to fetch", "EventSource"):
        browser.network(offline=True)
        act(walk, "/api/bulletins")
        said = told(walk)
        walk.expect("kết nối" in said, "the form says that the connection is lost", said)
        walk.equal(browser.find("#title").property("value"), "Gõ lúc mất mạng", "what was typed is still there")
        browser.network_as_it_is()
        act(walk, "/api/bulletins")
        number = made(walk)
    walk.equal(walk.station.told("bulletin", "show", str(number))["title"], "Gõ lúc mất mạng", "sent again, it is kept once")


# Duyệt


def approve(walk, number):
    walk.open(f"/duyet/{number}")
    act(walk, f"/api/bulletins/{number}/approve")
    return told(walk)


def refuse(walk, number, why):
    walk.open(f"/duyet/{number}")
    walk.browser.press_button("Từ chối…")
    form = SENT.format(f"/api/bulletins/{number}/refuse")
    walk.browser.find(f'{form} input[name="why"]').fill(why)
    walk.submit(form)
    return told(walk)


def is_approved(walk, number):
    decided = walk.station.told("bulletin", "show", str(number))
    return "approve" in str(decided.get("state") or decided.get("decided"))


# Nhật ký


def open_row(walk, seq):
    """From the list to the row, as a person goes."""
    walk.open("/nhat-ky")
    link = f'main a[href^="/nhat-ky/{seq}"]'
    if walk.expect(walk.browser.has(link), f"the log lists row {seq}"):
        walk.browser.find(link).click()
    else:
        walk.open(f"/nhat-ky/{seq}")
    walk.browser.wait("the row", lambda: f"/nhat-ky/{seq}" in walk.browser.address_shown)
    unfold(walk)


def unfold(walk):
    walk.browser.run("for (const e of document.querySelectorAll('main details')) e.open = true")


def note(walk, seq, text):
    form = SENT.format(f"/api/log/{seq}/note")
    walk.browser.find(f'{form} input[name="text"]').fill(text)
    walk.submit(form)
    return told(walk)


# Báo cáo


def choose_period(walk, period):
    """By the form of the page: `2026-Q3`, or `FROM..TO`."""
    walk.open("/bao-cao")
    browser = walk.browser
    if ".." in period:
        first, last = period.split("..")
        set_value(browser, "#tu", first)
        set_value(browser, "#den", last)
        form = 'form:has(#tu)'
    else:
        year, part = period.split("-")
        browser.find("#phan").choose(part)
        set_value(browser, "#nam", year)
        form = "form:has(#phan)"
    browser.find(f"{form} button").click()
    browser.wait("the figures", lambda: "?" in browser.address_shown and browser.has("h1"))


def download(walk, kind):
    button = f'button[formaction="/bao-cao/tai/{kind}"]'
    path = walk.browser.downloaded(walk.browser.find(button).click)
    walk.equal(path.suffix, f".{kind}", f"the page hands out a .{kind}")
    return path


def may_download(walk):
    return walk.browser.has('button[formaction^="/bao-cao/tai/"]')


def plan_progress(walk, year):
    walk.open(f"/bao-cao/ke-hoach?phan=nam&nam={year}")
    walk.browser.wait("the plan", lambda: walk.browser.has("#theo-thang"))


def theme_without_airing(walk, station):
    """A theme of which nothing aired stands out, in words and not by colour only."""
    marked = [e.text for e in walk.browser.find_all("tr") if "chưa phát lượt nào" in e.text]
    walk.note(f"{len(marked)} themes without an airing")
    rows = walk.browser.find_all("table tbody tr")
    walk.expect(len(rows) >= 8, "a row for each theme", len(rows))


def add_activity(walk, title, code, day, place, people, photo):
    walk.open("/bao-cao/hoat-dong/moi")
    browser = walk.browser
    browser.find("#title").fill(title)
    browser.find("#code").choose(code)
    set_value(browser, "#date", day)
    browser.find("#place").fill(place)
    browser.find("#people").fill(str(people))
    browser.find("#tep").type(str(photo))
    browser.wait("the photograph", lambda: "✓" in browser.find(".uploads").text)
    act(walk, "/api/activities")
    return made(walk, r"/bao-cao/hoat-dong/(\d+)")


# Lịch phát


def problems(walk):
    """What is marked in the week; then everything that a check finds, with its place."""
    walk.open("/lich-phat")
    week = walk.browser.text
    walk.expect("trùng khung giờ" in week, "the week marks two programmes at one time")
    walk.expect("khong-co.mp3" in week, "the week marks a file that is not there")
    walk.picture("week")
    walk.open("/he-thong/kiem-tra")
    act(walk, "/api/check")
    walk.browser.wait("what the check found", lambda: walk.browser.has("#ket-qua"), 60)


def sheet(walk, day):
    walk.open(f"/lich-phat/phieu?ngay={day:%Y-%m-%d}")


def special_day(walk, title, kind, day):
    """Fills in the line, and looks at what would change."""
    walk.open("/lich-phat/ngay-dac-biet")
    browser = walk.browser
    browser.find_text("summary", "Quốc tang").click()
    set_value(browser, "#tang-tu", day)
    form = "form:has(#tang-tu)"
    browser.run("arguments[0].value = arguments[1]", browser.find(f'{form} input[name="title"]'), title)
    browser.find(f"{form} button").click()
    browser.wait("the preview", lambda: "/lich-phat/xem-truoc" in browser.address_shown)


def keep_special_day(walk):
    act(walk, "/api/days")
    return told(walk)


def see_day(walk, day, title):
    walk.open(f"/lich-phat?tuan={day}")
    walk.shows(title, "the week shows the special day")
