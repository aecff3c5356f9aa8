"""A station to walk through: a folder by `loa init`, settings of its own, a sound card that keeps what it played.

In: the built program, programmes that start in some seconds. Out: the running station, the address of its page, its log as
the commands tell it, the captured sound. It never touches a station that is there already. Next: walk.py.
"""

import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from sound import ROOT, Sound, make_card, make_tone

ZONE = datetime.timezone(datetime.timedelta(hours=7))  # of the sample station
# The clips, each known by its frequency. Far apart, and none the octave of another.
TONES = {"nhac-hieu": 440, "tin-mot": 620, "tin-hai": 910, "tin-ba": 1310, "khan-cap": 1730, "nhac": 2210}
PASSWORD = "loa làng mười hai"
PEOPLE = {  # login: name, roles
    "lan": ("Nguyễn Thị Lan", "operator"),
    "binh": ("Trần Văn Bình", "approver"),
    "hoa": ("Lê Thị Hoa", "reporter"),
    "tam": ("Phạm Văn Tám", "technician"),
}
READY_S = 60


def now():
    """The station's own time."""
    return datetime.datetime.now(ZONE)


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Station:
    """One station. Use as a context; its folder goes at the end."""

    template = None  # made once for all stations of a run

    def __init__(self, loa, language="vi", samples=True, folder=None):
        """`samples`: whether its sample programmes stay beside those of the walk."""
        self.loa = pathlib.Path(loa)
        self.own = folder is None
        self.folder = folder or pathlib.Path(tempfile.mkdtemp(prefix="loa-walk-"))
        self.card = self.folder / "card"
        self.home = self.folder / "dai"
        self.port = free_port()
        self.process = None
        self.said = []
        self.card.mkdir(parents=True)
        self.conf = make_card(self.card)
        self.sound = Sound(self.card)
        shutil.copytree(self._template(), self.home, symlinks=True)
        self._settle(language, samples)

    def _template(self):
        if Station.template is None:
            Station.template = pathlib.Path(tempfile.mkdtemp(prefix="loa-walk-template-")) / "dai"
            made = subprocess.run([self.loa, "init", Station.template], capture_output=True, text=True)
            if made.returncode != 0:
                raise RuntimeError(f"`loa init` ended with {made.returncode}: {made.stderr}")
            for clip, hertz in TONES.items():
                make_tone(Station.template / "audio" / f"{clip}.wav", hertz, 60 if clip == "nhac" else 6)
        return Station.template

    @classmethod
    def forget_template(cls):
        if cls.template:
            shutil.rmtree(cls.template.parent, ignore_errors=True)
            cls.template = None

    def _settle(self, language, samples):
        settings = self.home / "loa.toml"
        text = settings.read_text()
        text = text.replace('language = "vi"', f'language = "{language}"', 1)
        text = re.sub(r'listen = "[^"]*"', f'listen = "127.0.0.1:{self.port}"', text, count=1)
        # The walk airs at whatever hour and on whatever day it is run.
        text = re.sub(r"(?ms)^\[session\]\n.*?(?=^# Báo cáo)", "", text)
        settings.write_text(text)
        if not samples:
            for schedule in (self.home / "schedules").glob("buoi-*.toml"):
                schedule.unlink()

    # The files that a technician would write.

    def programme(self, name, start, items, window="10m", title=None, extra=""):
        """A programme that starts once, at `start`; `items` are (id, line of TOML), such as ("mo", 'file = "nhac.wav"')."""
        start = start.astimezone(ZONE)
        cron = f"{start.second} {start.minute} {start.hour} {start.day} {start.month} * {start.year}"
        lines = ["[[programme]]", f'id = "{name}"', f'title = "{title or name}"', f'cron = "{cron}"']
        lines += [f'window = "{window}"', extra]
        for ident, line in items:
            lines += ["", "[[programme.item]]", f'id = "{ident}"', line]
        path = self.home / "schedules" / f"{name}.toml"
        path.write_text("\n".join(lines) + "\n")
        return path

    def clip(self, name):
        return self.home / "audio" / f"{name}.wav"

    # The program.

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self):
        return {**os.environ, "ALSA_CONFIG_PATH": str(self.conf), "LANG": "C.UTF-8"}

    def start(self):
        self.said = []
        self.process = subprocess.Popen(
            [self.loa, "--config", self.home / "loa.toml", "run"],
            cwd=self.home, env=self.env, text=True, encoding="utf-8", stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        threading.Thread(target=self._hear, args=(self.process.stderr, self.said), daemon=True).start()
        self._wait_ready()
        return self

    @staticmethod
    def _hear(pipe, said):
        for line in pipe:
            said.append(line.rstrip())

    def _wait_ready(self):
        """The station is up when it says so and its page takes connections."""
        end = time.monotonic() + READY_S
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if "ready" in self.said and self._answers():
                return
            time.sleep(0.05)
        raise RuntimeError("the station did not come up:\n" + "\n".join(self.said))

    def _answers(self):
        with socket.socket() as line:
            line.settimeout(1)
            return line.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        """In order, as systemd does."""
        self.process.send_signal(signal.SIGTERM)
        self._ended()

    def kill(self):
        """As a power cut does."""
        self.process.kill()
        self._ended()

    def _ended(self):
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.stop()
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)

    # Its commands, as the technician types them.

    def command(self, *words, given=None):
        """What a command printed; raises if it failed."""
        done = subprocess.run(
            [self.loa, "--config", self.home / "loa.toml", *words],
            cwd=self.home, env=self.env, input=given, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"`loa {' '.join(map(str, words))}` ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def told(self, *words):
        return json.loads(self.command(*words, "--format", "json"))

    def rows(self):
        return self.told("log")

    def wait_row(self, what, wanted, limit_s=60):
        """The first row of the log for which `wanted` holds."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            for row in self.rows():
                if wanted(row):
                    return row
            time.sleep(0.3)
        raise RuntimeError(f"no row within {limit_s} s: {what}")

    def people(self):
        """An account for each role, as `loa user add` makes them."""
        for login, (name, role) in PEOPLE.items():
            self.add_person(login, name, role)

    def add_person(self, login, name, role):
        self.command("user", "add", login, "--name", name, "--role", role, "--password-stdin", given=f"{PASSWORD}\n")
