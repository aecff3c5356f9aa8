"""A small client of the W3C WebDriver protocol, for Debian's chromium and chromedriver; nothing but the standard library.

In: what a person does at a page (open, click, type, hold a key, choose a file, go back). Out: what the page shows, pictures
of it, what the browser complained about and whom it asked. It knows nothing of loa. Next: station.py.
"""

import base64
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the protocol's own name for a reference to an element
WAIT_S = 20  # a busy machine with two cores draws a page in a few seconds
KEYS = {
    "tab": "\ue004", "enter": "\ue007", "space": " ", "escape": "\ue00c", "backspace": "\ue003", "shift": "\ue008",
    "control": "\ue009", "end": "\ue010", "home": "\ue011", "left": "\ue012", "up": "\ue013", "right": "\ue014",
    "down": "\ue015", "delete": "\ue017",
}  # fmt: skip
NOT_THERE = "does not belong to the document"  # how chromedriver says of an element that it went away meanwhile
WIDE, PHONE = (1200, 900), (360, 740)

# Without these a browser on a machine without network asks for its maker's hosts all the time.
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-dev-shm-usage", "--mute-audio",
    "--autoplay-policy=no-user-gesture-required", "--lang=vi", "--hide-scrollbars",
]  # fmt: skip

BY_TEXT = """
const texts = e => [e.innerText, e.getAttribute('aria-label'), e.value].filter(t => typeof t === 'string').map(t => t.trim());
const shown = [...document.querySelectorAll(arguments[0])].filter(e => e.getClientRects().length);
const holding = shown.filter(e => texts(e).some(t => t.includes(arguments[1])));
return holding.find(e => texts(e).includes(arguments[1])) ||
  holding.find(e => !holding.some(other => other !== e && e.contains(other))) || null;
"""


class Failed(Exception):
    """What the browser or the page did not do."""


class Stale(Failed):
    """The element is no longer part of the page."""


class Element:
    """One element of a page, as long as the page has it."""

    def __init__(self, browser, reference):
        self.browser, self.reference = browser, reference

    def _ask(self, method, path, body=None):
        return self.browser.ask(method, f"/element/{self.reference}{path}", body)

    def click(self):
        self._ask("POST", "/click", {})

    def type(self, text):
        """Types as a person does, a key at a time; a file field takes the path of a file."""
        self._ask("POST", "/value", {"text": text})

    def fill(self, text):
        """Replaces what stands in a field."""
        self._ask("POST", "/clear", {})
        self.type(text)

    def choose(self, value):
        """Chooses the option of a select by its value."""
        self.find(f'option[value="{value}"]').click()

    @property
    def text(self):
        return self._ask("GET", "/text")

    @property
    def name(self):
        """The accessible name: what a screen reader says."""
        return self._ask("GET", "/computedlabel")

    @property
    def shown(self):
        return self._ask("GET", "/displayed")

    @property
    def enabled(self):
        return self._ask("GET", "/enabled")

    def attribute(self, name):
        return self._ask("GET", f"/attribute/{name}")

    def property(self, name):
        return self._ask("GET", f"/property/{name}")

    def find(self, css):
        return self.browser.element(self._ask("POST", "/element", {"using": "css selector", "value": css}))

    def find_all(self, css):
        return [self.browser.element(e) for e in self._ask("POST", "/elements", {"using": "css selector", "value": css})]


class Browser:
    """A headless Chromium with a profile of its own. Use as a context."""

    def __init__(self, microphone=None, language="vi"):
        """`microphone`: a WAV file that every recording hears."""
        self.profile = tempfile.mkdtemp(prefix="loa-browser-")
        self.downloads = pathlib.Path(self.profile) / "downloads"
        self.downloads.mkdir()
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], env={**os.environ, "LANGUAGE": language},
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.complaints, self.asked, self.answers = [], [], []
        self.session = None
        try:
            self.address = f"http://127.0.0.1:{self._port()}"
            self.session = self._open(microphone, language)
        except BaseException:
            self.close()
            raise

    def _port(self):
        for line in self.driver.stdout:
            if "successfully on port " in line:
                return int(line.rsplit("on port ", 1)[1].rstrip(". \n"))
        raise Failed("chromedriver did not start")

    def _open(self, microphone, language):
        flags = [*FLAGS, f"--user-data-dir={self.profile}/profile", f"--window-size={WIDE[0]},{WIDE[1]}"]
        if microphone:
            # Up to the file's end, then silence: a recording does not begin anew in the middle.
            flags += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
            flags += [f"--use-file-for-fake-audio-capture={microphone}%noloop"]
        prefs = {"intl.accept_languages": language, "download.default_directory": str(self.downloads)}
        options = {"args": flags, "prefs": prefs, "perfLoggingPrefs": {"enableNetwork": True, "enablePage": False}}
        wanted = {
            "browserName": "chrome",
            "pageLoadStrategy": "normal",
            "unhandledPromptBehavior": "ignore",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        answer = self._send("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        return answer["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.session:
            with contextlib.suppress(Failed, OSError):
                self._send("DELETE", f"/session/{self.session}")
        self.driver.terminate()
        try:
            self.driver.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    # The wire.

    def _send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.address + path, data, {"Content-Type": "application/json; charset=utf-8"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            gone = value["error"] in ("stale element reference", "no such element") or NOT_THERE in value["message"]
            kind = Stale if gone else Failed
            raise kind(f"{value['error']}: {value['message'].splitlines()[0]}") from None

    def ask(self, method, path, body=None):
        return self._send(method, f"/session/{self.session}{path}", body)

    def devtools(self, command, **parameters):
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    # Going somewhere.

    def open(self, address):
        self.ask("POST", "/url", {"url": address})

    @property
    def address_shown(self):
        return self.ask("GET", "/url")

    @property
    def title(self):
        return self.ask("GET", "/title")

    @property
    def source(self):
        return self.ask("GET", "/source")

    def back(self):
        self.ask("POST", "/back", {})

    def forward(self):
        self.ask("POST", "/forward", {})

    def reload(self):
        self.ask("POST", "/refresh", {})

    def new_tab(self):
        """Opens a second tab and goes there; answers with both, the old one first."""
        old = self.ask("GET", "/window")
        new = self.ask("POST", "/window/new", {"type": "tab"})["handle"]
        self.to_tab(new)
        return old, new

    def to_tab(self, handle):
        self.ask("POST", "/window", {"handle": handle})

    def close_tab(self, back_to):
        self.ask("DELETE", "/window")
        self.to_tab(back_to)

    def forget_cookies(self):
        self.ask("DELETE", "/cookie")

    @property
    def cookies(self):
        return self.ask("GET", "/cookie")

    # Looking.

    def element(self, answer):
        return Element(self, answer[ELEMENT])

    def find(self, css):
        return self.element(self.ask("POST", "/element", {"using": "css selector", "value": css}))

    def find_all(self, css):
        return [self.element(e) for e in self.ask("POST", "/elements", {"using": "css selector", "value": css})]

    def has(self, css):
        return bool(self.find_all(css))

    def find_text(self, css, text):
        """The element shown that `css` names and whose text, label or value is `text`, else the innermost that holds it."""
        found = self.run(BY_TEXT, css, text)
        if found is None:
            raise Stale(f"no `{css}` shows `{text}`")
        return found

    def press_button(self, text, inside="body", limit_s=WAIT_S):
        """Clicks what is written on: a button, a link that looks like one, a label."""
        css = ", ".join(f"{inside} {kind}" for kind in ("button", "a", "summary", "label"))
        self.wait(f"something to press: `{text}`", lambda: self.find_text(css, text), limit_s).click()

    @property
    def focused(self):
        return self.element(self.ask("GET", "/element/active"))

    @property
    def text(self):
        """All that the page shows."""
        return self.find("body").text

    def run(self, script, *arguments):
        """The value of a script's `return`; it runs beside the page's policy of content, which stays as strict as it is."""
        given = [{ELEMENT: a.reference} if isinstance(a, Element) else a for a in arguments]
        answer = self.ask("POST", "/execute/sync", {"script": script, "args": given})
        return self.element(answer) if isinstance(answer, dict) and ELEMENT in answer else answer

    def run_async(self, script, *arguments):
        """As `run`; the script calls its last argument with the value."""
        return self.ask("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def wait(self, what, ready, limit_s=WAIT_S):
        """Looks until `ready` answers with something true; elements that went away meanwhile are looked for again."""
        end = time.monotonic() + limit_s
        said = ""
        while True:
            try:
                if answer := ready():
                    return answer
            except Stale as gone:
                said = f" ({gone})"
            if time.monotonic() > end:
                raise Failed(f"waited {limit_s} s for {what}{said}")
            time.sleep(0.05)

    def wait_for(self, css, limit_s=WAIT_S):
        return self.wait(f"`{css}`", lambda: self.find(css), limit_s)

    def wait_text(self, text, css="body", limit_s=WAIT_S):
        return self.wait(f"the text `{text}`", lambda: text in self.find(css).text, limit_s)

    # Hands.

    def press(self, *keys, hold_s=0.0):
        """Presses keys one after another, each by its name in KEYS or itself, each held for `hold_s`."""
        for key in keys:
            code = KEYS.get(key, key)
            down = [{"type": "keyDown", "value": code}, {"type": "pause", "duration": round(hold_s * 1000)}]
            self._act("key", "keyboard", [*down, {"type": "keyUp", "value": code}])

    def press_with(self, modifier, key):
        held, code = KEYS[modifier], KEYS.get(key, key)
        self._act("key", "keyboard", [
            {"type": "keyDown", "value": held}, {"type": "keyDown", "value": code},
            {"type": "keyUp", "value": code}, {"type": "keyUp", "value": held},
        ])  # fmt: skip

    def write(self, text):
        """Types into whatever has the focus."""
        keys = []
        for letter in text:
            keys += [{"type": "keyDown", "value": letter}, {"type": "keyUp", "value": letter}]
        self._act("key", "keyboard", keys)

    def hold(self, element, seconds):
        """Keeps the pointer pressed on an element."""
        middle = {"type": "pointerMove", "duration": 0, "origin": {ELEMENT: element.reference}, "x": 0, "y": 0}
        self.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        held = {"type": "pause", "duration": round(seconds * 1000)}
        moves = [middle, {"type": "pointerDown", "button": 0}, held, {"type": "pointerUp", "button": 0}]
        self._act("pointer", "mouse", moves)

    def _act(self, kind, name, moves):
        self.ask("POST", "/actions", {"actions": [{"type": kind, "id": name, "actions": moves}]})

    def alert(self):
        """The words of a browser's own question; None if there is none."""
        with contextlib.suppress(Failed):
            return self.ask("GET", "/alert/text")
        return None

    def answer_alert(self, yes):
        self.ask("POST", "/alert/accept" if yes else "/alert/dismiss", {})

    # Conditions.

    def resize(self, size):
        """WIDE is a desk, PHONE a telephone: as wide as the page believes the glass to be."""
        width, height = size
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=size == PHONE
        )
        self.devtools("Emulation.setTouchEmulationEnabled", enabled=size == PHONE)

    def network(self, offline=False, latency_ms=0, bytes_per_s=-1):
        conditions = {"offline": offline, "latency": latency_ms, "throughput": bytes_per_s}
        conditions |= {"download_throughput": bytes_per_s, "upload_throughput": bytes_per_s}
        self.ask("POST", "/chromium/network_conditions", {"network_conditions": conditions})

    def network_as_it_is(self):
        self.ask("DELETE", "/chromium/network_conditions")

    def without_scripts(self, off=True):
        self.devtools("Emulation.setScriptExecutionDisabled", value=off)

    # Pictures and paper.

    def picture(self, path, whole=True):
        """A PNG of the page, all of it or what the window shows."""
        box = {}
        if whole:
            size = self.devtools("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}
            box = {"captureBeyondViewport": True, "clip": clip}
        taken = self.devtools("Page.captureScreenshot", format="png", **box)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(taken["data"]))

    def print_pdf(self, path):
        """The page as it comes out of a printer, on A4."""
        page = {"width": 21.0, "height": 29.7}
        path.write_bytes(base64.b64decode(self.ask("POST", "/print", {"page": page, "background": True})))

    def downloaded(self, click, limit_s=90):
        """The file that came down after `click()`."""
        before = set(self.downloads.iterdir())
        click()

        def complete():
            new = set(self.downloads.iterdir()) - before
            return next((f for f in new if not f.name.startswith(".") and f.suffix not in (".crdownload", ".tmp")), None)

        return self.wait("a downloaded file", complete, limit_s)

    # What the browser itself noted.

    def listen(self):
        """Takes over what was logged since the last time."""
        for entry in self.ask("POST", "/se/log", {"type": "browser"}):
            self.complaints.append((entry["level"], entry["source"], entry["message"]))
        for entry in self.ask("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            parameters = message["params"]
            if message["method"] == "Network.requestWillBeSent":
                self.asked.append(parameters["request"]["url"])
            elif message["method"] == "Network.responseReceived":
                answer = parameters["response"]
                self.answers.append((answer["url"], answer["status"]))
