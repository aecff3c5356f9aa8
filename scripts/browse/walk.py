"""What every story of the walk shares: a browser, a station, checks that are counted, pictures of what was seen.

In: stories, functions of a `Walk`, registered by `@story`. Out: for each one what held and what did not, with a picture. A check that
does not hold is noted and the story goes on; what cannot go on raises `Failed`. Next: the stories, in stories/.
"""

import contextlib
import dataclasses
import pathlib
import re
import traceback

import axe
from station import PASSWORD
from webdriver import PHONE, WIDE, Browser, Failed

STORIES = {}
PAGES = {
    "hom-nay": "/",
    "tin-bai": "/tin-bai",
    "duyet": "/duyet",
    "lich-phat": "/lich-phat",
    "nhat-ky": "/nhat-ky",
    "bao-cao": "/bao-cao",
    "he-thong": "/he-thong",
}
SHIFT_LIMIT = 0.1  # what the web's own measure calls good

SHIFTS = """
const done = arguments[arguments.length - 1];
let sum = 0;
const take = entries => entries.forEach(e => { if (!e.hadRecentInput) sum += e.value; });
const watch = new PerformanceObserver(list => take(list.getEntries()));
watch.observe({ type: 'layout-shift', buffered: true });
setTimeout(() => { take(watch.takeRecords()); watch.disconnect(); done(sum); }, 150);
"""
TOO_WIDE = """
const wide = document.scrollingElement.scrollWidth, glass = document.documentElement.clientWidth;
if (wide <= glass) return null;
const out = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > glass + 1);
const said = out.slice(-4).map(e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') +
  (e.classList.length ? '.' + [...e.classList].join('.') : ''));
return wide + ' wide in ' + glass + ', such as ' + said.join(', ');
"""
# What stands in a box stays in it, unless the box scrolls: else it covers what is beside it.
OUTSIDE = """
const boxes = [...document.querySelectorAll('main section, main article, main .card, main form, main fieldset')];
const scrolls = e => ['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX);
const said = new Set();
for (const box of boxes) {
  const edge = box.getBoundingClientRect().right + 2;
  for (const e of box.querySelectorAll('*')) {
    if (e.closest('svg') || e.closest('.visually-hidden') || !e.checkVisibility() || e.getBoundingClientRect().right <= edge) continue;
    let up = e.parentElement;
    while (up !== box && !scrolls(up)) up = up.parentElement;
    if (up === box && !scrolls(box)) said.add(box.tagName.toLowerCase() + '.' + [...box.classList].join('.') + ' > ' +
      e.tagName.toLowerCase() + ' ' + (e.textContent || '').trim().slice(0, 30));
  }
}
return [...said].slice(0, 4);
"""


def story(title):
    """Registers a story under its function's name, in the order of the files."""

    def register(function):
        STORIES[function.__name__.replace("_", "-")] = (title, function)
        return function

    return register


@dataclasses.dataclass
class Check:
    """One thing that held or did not."""

    held: bool
    what: str
    found: str = ""
    picture: str = ""


class Walk:
    """One story under way."""

    def __init__(self, name, given):
        self.name, self.loa, self.keep = name, given.loa, given.keep
        self.checks = []
        self.browser = self.station = None
        self.forgiven = []
        self.at = None  # where the page is reached, if not at the station itself

    # Checks.

    def expect(self, held, what, found=""):
        """Notes whether something holds; a picture of the page is kept if not."""
        picture = ""
        if not held and self.browser:
            picture = self._picture(f"fault-{sum(not c.held for c in self.checks) + 1}")
        self.checks.append(Check(bool(held), what, str(found) if not held else "", picture))
        print(f"  {'ok ' if held else 'NO '} {what}{f': {found}' if found and not held else ''}", flush=True)
        return held

    def equal(self, found, wanted, what):
        return self.expect(found == wanted, what, f"found {found!r}, wanted {wanted!r}")

    def shows(self, text, what=None, css="body", limit_s=15):
        """Whether the page shows a text, at once or soon."""
        try:
            self.browser.wait_text(text, css, limit_s)
            return self.expect(True, what or f"shows `{text}`")
        except Failed:
            return self.expect(False, what or f"shows `{text}`", f"not on {self.browser.address_shown}")

    def must(self, answer, what):
        """As `expect`; without it the story cannot go on."""
        if not self.expect(answer, what):
            raise Failed(what)
        return answer

    def note(self, text):
        print(f"      {text}", flush=True)

    # Places.

    @contextlib.contextmanager
    def browsing(self, **options):
        """A browser for a part of the story; what it complained about is looked at when it closes."""
        with Browser(**options) as browser:
            self.browser = browser
            try:
                yield browser
                self.complaints()
            except Failed as failed:
                self.expect(False, "goes on to the end", failed)
            finally:
                self.browser = None

    def open(self, path):
        self.browser.open((self.at or self.station.address) + path)

    def sign_in(self, login):
        """Signs in as one of the walk's people."""
        self.browser.forget_cookies()
        self.open("/dang-nhap")
        self.browser.find('input[name="login"]').fill(login)
        self.browser.find('input[name="password"]').fill(PASSWORD)
        self.submit('form[action="/api/sign-in"]')
        self.browser.wait("the page behind the sign-in", lambda: "/dang-nhap" not in self.browser.address_shown)

    def submit(self, form):
        self.browser.find(f'{form} button[type="submit"], {form} button:not([type])').click()

    # What every page must be.

    def look(self, name, axe_too=True, phone=True):
        """Looks at the page that is open: complaints, jumps, accessibility, and that it fits on a telephone."""
        browser = self.browser
        browser.wait("the page", lambda: browser.run("return document.readyState") == "complete")
        shift = browser.run_async(SHIFTS)
        self.expect(shift < SHIFT_LIMIT, f"{name}: nothing jumps", f"layout shift {shift:.3f}")
        self.fits(name, WIDE)
        self._picture(name)
        if axe_too:
            self.accessible(name)
        if phone:
            browser.resize(PHONE)
            browser.reload()
            self.fits(name, PHONE)
            self._picture(f"{name}-360")
            if axe_too:
                self.accessible(f"{name} at 360 px")
            browser.resize(WIDE)
        self.complaints(name)

    def fits(self, name, size):
        wide = self.browser.run(TOO_WIDE)
        self.expect(wide is None, f"{name}: fits in {size[0]} px", wide)
        outside = self.browser.run(OUTSIDE)
        self.expect(not outside, f"{name}: at {size[0]} px everything stays in its box", "; ".join(outside))

    def accessible(self, name):
        serious, others = axe.faults(self.browser)
        self.expect(not serious, f"{name}: no serious fault of accessibility", "\n        ".join(["", *serious]))
        for line in others:
            self.note(f"{name}: {line}")

    @contextlib.contextmanager
    def forgiving(self, *patterns):
        """Complaints of the browser that a story brings about on purpose."""
        self.complaints(silent=True)
        self.forgiven = list(patterns)
        try:
            yield
            self.complaints(silent=True)
        finally:
            self.forgiven = []

    def complaints(self, name="", silent=False):
        """What the browser noted since the last look: errors, breaches of the policy, other hosts. `silent`: tell faults only."""
        browser = self.browser
        browser.listen()
        bad = [c for c in browser.complaints if self._is_bad(c)]
        hosts = {url for url in browser.asked if not self._is_ours(url)}
        browser.complaints.clear()
        browser.asked.clear()
        if silent and not bad and not hosts:
            return
        prefix = f"{name}: " if name else ""
        self.expect(not bad, f"{prefix}the browser complains of nothing", "; ".join(m for _, _, m in bad[:4]))
        self.expect(not hosts, f"{prefix}asks no other host", ", ".join(sorted(hosts)[:4]))

    def _is_bad(self, complaint):
        level, _source, message = complaint
        if any(re.search(pattern, message) for pattern in self.forgiven):
            return False
        return level == "SEVERE" or "Content Security Policy" in message

    def _is_ours(self, url):
        return not url.startswith(("http:", "https:", "ws:", "wss:")) or url.startswith("http://127.0.0.1:")

    # Pictures.

    def _picture(self, name):
        path = pathlib.Path(self.keep) / f"{self.name}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}.png"
        with contextlib.suppress(Failed):
            self.browser.picture(path)
            return str(path)
        return ""

    picture = _picture


def go(name, given):
    """Walks one story; answers with its `Walk`."""
    title, function = STORIES[name]
    print(f"{name}: {title}", flush=True)
    walk = Walk(name, given)
    try:
        function(walk)
    except Exception as error:  # one story must not end the others
        walk.expect(False, "goes on to the end", f"{type(error).__name__}: {error}")
        if not isinstance(error, Failed):
            traceback.print_exc()
    return walk
