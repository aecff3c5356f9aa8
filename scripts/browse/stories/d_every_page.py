"""Every page: for each role, in both languages, on a desk and on a telephone, with the keyboard alone, without script."""

import collections
import datetime
import html
import re
import urllib.error
import urllib.request

import past
from station import PEOPLE, Station, now
from walk import PAGES, story
from webdriver import PHONE, WIDE


def busy_station(walk):
    """A station with something to see: it has aired a little, and airs again soon."""
    station = Station(walk.loa)
    start = now() + datetime.timedelta(seconds=8)
    items = [("mo", 'file = "nhac-hieu.wav"\ntitle = "Nhạc hiệu"'), ("nhac", 'file = "nhac.wav"\ntitle = "Nhạc"')]
    station.programme("buoi-dau", start, items, title="Buổi phát đầu ngày")
    station.people()
    return station


@story("every page for every role: no complaint, no jump, fits 360 px, axe finds nothing serious")
def every_page(walk):
    with busy_station(walk) as walk.station:
        walk.station.start()
        with walk.browsing():
            for login, (_, role) in PEOPLE.items():
                walk.sign_in(login)
                for name, path in PAGES.items():
                    walk.open(path)
                    walk.look(f"{name} {role}", axe_too=role in ("operator", "technician"), phone=role == "operator")
            walk.open("/tai-khoan")
            walk.look("tai-khoan")


@story("the same in English: the switch, the words, axe again")
def english(walk):
    with busy_station(walk) as walk.station:
        walk.station.start()
        with walk.browsing() as browser:
            walk.sign_in("tam")
            walk.open("/lich-phat")
            browser.find('.tools a[href^="/ngon-ngu"]').click()
            browser.wait("English", lambda: browser.run("return document.documentElement.lang") == "en")
            walk.expect("/lich-phat" in browser.address_shown, "the switch of language stays on the page", browser.address_shown)
            for name, path in PAGES.items():
                walk.open(path)
                walk.expect(not vietnamese(walk), f"{name}: English says nothing in Vietnamese", vietnamese(walk))
                walk.look(f"{name} english", phone=False)
            browser.find('.tools a[href^="/ngon-ngu"]').click()
            browser.wait("Vietnamese", lambda: browser.run("return document.documentElement.lang") == "vi")


# Titles, names and texts of the station are Vietnamese in any language; buttons, headings and labels are not.
OWN_WORDS = "button, label, h1, h2, h3, th, nav a, legend, summary"
LETTERS = set("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")


def vietnamese(walk):
    """Words of the page itself with letters that only Vietnamese has."""
    texts = walk.browser.run(
        "return [...document.querySelectorAll(arguments[0])].filter(e => !e.closest('[lang=vi]') && !e.closest('[data-own]'))"
        ".map(e => e.childElementCount ? '' : e.textContent.trim())",
        OWN_WORDS,
    )
    stations = ("Đài", "Buổi", "Chương trình", "Nhạc", "Cụm loa", "Lời", "Tin", "Trang thông tin", *(name for name, _ in PEOPLE.values()))
    found = {text for text in texts if LETTERS & set(text.lower()) and not any(own in text for own in stations)}
    return "; ".join(sorted(found)[:6])


@story("who may do what: nobody is shown a page or a button that is not his")
def each_role(walk):
    with busy_station(walk) as walk.station:
        walk.station.start()
        with walk.browsing() as browser:
            walk.open("/")
            walk.expect("/dang-nhap" in browser.address_shown, "nobody sees a page before the sign-in", browser.address_shown)
            for login, (name, role) in PEOPLE.items():
                walk.sign_in(login)
                walk.shows(name, f"{role}: the page says who is signed in", css="header")
                emergency = browser.has('header a[href="/khan-cap"]')
                walk.equal(emergency, role in ("operator", "approver"), f"{role}: the emergency button")
                with walk.forgiving("status of 403"):
                    walk.open("/khan-cap")
                    refused = "không được làm việc này" in browser.text
                    walk.equal(refused, role not in ("operator", "approver"), f"{role}: the emergency page")


@story("every link leads somewhere, for every role")
def each_link(walk):
    with busy_station(walk) as walk.station:
        walk.station.start()
        with walk.browsing() as browser:
            for login, (_, role) in PEOPLE.items():
                walk.sign_in(login)
                cookies = "; ".join(f"{c['name']}={c['value']}" for c in browser.cookies)
                dead, seen = crawl(walk.station.address, cookies)
                walk.expect(not dead, f"{role}: none of {len(dead) + len(seen)} links is dead or refused", "; ".join(dead[:6]))


@story("every page behind the seven, one of each kind: complaints, jumps, 360 px, axe")
def deep(walk):
    with busy_station(walk) as walk.station:
        past.live(walk.station.home, 10)
        walk.station.start()
        shown = {kind(path) for path in PAGES.values()}
        with walk.browsing() as browser, walk.forgiving("favicon"):
            for login, (_, role) in PEOPLE.items():
                walk.sign_in(login)
                cookies = "; ".join(f"{c['name']}={c['value']}" for c in browser.cookies)
                _, seen = crawl(walk.station.address, cookies)
                for path in seen:
                    if kind(path) not in shown:
                        shown.add(kind(path))
                        walk.open(path)
                        walk.look(path.strip("/").replace("/", " "))


def kind(path):
    """Pages of one kind differ in numbers, names and what is asked of them."""
    path = path.split("?")[0]
    return re.sub(r"\d[\dT:.+-]*|(?<=/chuong-trinh/).+|(?<=/buoi/)[^/]+|(?<=/tai-khoan/).+", "N", path)


LINK = re.compile(r'<a [^>]*?href="(/[^"#]*)')
MOST_OF_A_KIND = 6
# Made at the moment, or leading away from the account.
NOT_FOLLOWED = ("/api/", "/static/", "/bao-cao/tai/", "/bao-cao/so-nhat-ky/tai/", "/nhat-ky/tai", "/ngon-ngu")


def crawl(address, cookies):
    """Follows links from every page; answers with those that are refused, and those that are not."""
    waiting = [(path, "") for path in PAGES.values()]
    known, kinds = {path for path, _ in waiting}, collections.Counter()
    dead, alive = [], []
    while waiting:
        path, come_from = waiting.pop(0)
        request = urllib.request.Request(address + path, headers={"Cookie": cookies, "Accept": "text/html"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            dead.append(f"{path} ({error.code}, from {come_from})")
            continue
        alive.append(path)
        for link in map(html.unescape, LINK.findall(text)):
            # A week or a month is like the next one.
            if link in known or link.startswith(NOT_FOLLOWED) or re.search(r"[?&](tuan|thang|nam)=", link):
                continue
            known.add(link)
            kinds[kind(link)] += 1
            if kinds[kind(link)] <= MOST_OF_A_KIND:
                waiting.append((link, path))
    return dead, alive


@story("without script: the pages read, the forms work")
def without_script(walk):
    with busy_station(walk) as walk.station:
        walk.station.start()
        with walk.browsing() as browser:
            browser.without_scripts()
            walk.sign_in("lan")
            for name, path in PAGES.items():
                walk.open(path)
                browser.wait("a heading", lambda: browser.has("h1"))
                walk.expect(len(browser.find("main").text) > 40, f"{name}: says something without script")
            browser.without_scripts(False)


@story("with the keyboard alone: from the top of the page to every button, and the focus is always seen")
def keyboard(walk):
    with busy_station(walk) as walk.station:
        walk.station.start()
        with walk.browsing() as browser:
            walk.sign_in("lan")
            walk.open("/")
            browser.resize(WIDE)
            browser.press("tab")
            walk.expect("nội dung" in browser.focused.text.lower(), "the first stop leads past the navigation", browser.focused.text)
            reached, unseen = tab_through(browser)
            buttons = browser.run(FOCUSABLE)
            missing = [name for name in buttons if name not in reached]
            walk.expect(not missing, "every control is reached by the tab key", missing[:6])
            walk.expect(not unseen, "the focus is always seen", unseen[:6])


FOCUSABLE = """
return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea')]
  .filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }))
  .filter(e => e.type !== 'radio' || e.checked)
  .map(e => (e.textContent || e.value || e.name).trim());
"""
SEEN = """
const e = document.activeElement, s = getComputedStyle(e);
return [(e.textContent || e.value || e.name || '').trim(), s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 ||
  s.boxShadow !== 'none', e === document.body];
"""


def tab_through(browser, most=150):
    """What the tab key reaches, and what of it does not show that it has the focus."""
    reached, unseen = [], []
    for _ in range(most):
        name, seen, is_body = browser.run(SEEN)
        if is_body:
            break
        reached.append(name)
        if not seen:
            unseen.append(name)
        browser.press("tab")
    return reached, unseen


@story("a refused sign-in tells why; guessing is braked; the session ends with the sign-out")
def sign_in(walk):
    with Station(walk.loa, samples=False) as walk.station:
        walk.station.people()
        walk.station.start()
        with walk.browsing() as browser:
            walk.open("/dang-nhap")
            walk.look("dang-nhap")
            with walk.forgiving("status of 4"):
                for attempt in range(3):
                    walk.open("/dang-nhap")
                    browser.find('input[name="login"]').fill("lan")
                    browser.find('input[name="password"]').fill(f"sai {attempt}")
                    walk.submit('form[action="/api/sign-in"]')
                    browser.wait("a refusal", lambda: any(e.shown and e.text for e in browser.find_all("[role=alert]")))
                walk.picture("refused")
            walk.expect("/dang-nhap" in browser.address_shown or "/api/" in browser.address_shown, "a wrong password opens nothing")
            walk.sign_in("binh")
            cookie = next((c for c in browser.cookies if c["httpOnly"]), None)
            walk.expect(cookie and cookie.get("sameSite") in ("Strict", "Lax"), "the cookie is out of reach of scripts and other sites", cookie)
            walk.submit('form[action="/api/sign-out"]')
            browser.wait("the sign-in page", lambda: "/dang-nhap" in browser.address_shown)
            browser.back()
            browser.reload()
            browser.wait("the sign-in page", lambda: "/dang-nhap" in browser.address_shown)
            walk.expect(True, "after the sign-out the back button leads to the sign-in")


@story("the first visit from the machine itself makes the first account")
def first_visit(walk):
    with Station(walk.loa, samples=False) as walk.station:
        walk.station.start()
        with walk.browsing() as browser:
            walk.open("/")
            browser.wait("the first visit", lambda: "/bat-dau" in browser.address_shown)
            walk.look("bat-dau")
            form = 'form[action="/api/first-visit"]'
            for name, value in (("login", "tam"), ("name", "Phạm Văn Tám"), ("password", "mật khẩu dài và dễ nhớ"), ("again", "mật khẩu dài và dễ nhớ")):
                for field in browser.find_all(f'{form} input[name="{name}"]'):
                    field.fill(value)
            walk.submit(form)
            browser.wait("Hôm nay", lambda: "/bat-dau" not in browser.address_shown)
            walk.shows("Phạm Văn Tám", "the first account is signed in", css="header")
            walk.open("/bat-dau")
            walk.expect("/bat-dau" not in browser.address_shown or not browser.has(form), "there is no second first visit")
            browser.resize(PHONE)
