"""The players that are compared, each as a person would set it up at its best, behind one set of verbs.

`at_once(items)` and `every(clip, second)` write what the player is to do and give the command that does it by itself;
`idle()` gives one that waits, and `play(file)` then orders it. `cue` and `fire` drive those that have no schedule of their
own (mpd by mpc, mpv by its socket). No player is told anything that its manual does not offer.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time


class Player:
    name = configuration = ""
    scheduled = False  # has a schedule of its own

    def __init__(self, folder, environment):
        folder.mkdir(parents=True)
        self.folder, self.environment, self.process = folder, environment, None
        self.said = folder / "said"

    def start(self, command):
        with self.said.open("ab") as said:
            streams = {"stdin": subprocess.DEVNULL, "stdout": said, "stderr": said}
            self.began = time.time()
            self.process = subprocess.Popen(list(map(str, command)), env=self.environment, **streams)

    def stop(self, sign=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(sign)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def is_up(self):
        return self.process.poll() is None

    def ready(self):
        """Waits until it takes orders."""

    def rewind(self):
        """Forgets what it did when it was started at once."""

    def until(self, what, seconds=20):
        end = time.time() + seconds
        while not what():
            if time.time() > end or not self.is_up():
                raise SystemExit(f"bench-peers: {self.name} did not come up:\n{self.said.read_text()[-2000:]}")
            time.sleep(0.01)

    def words(self):
        """What it logged, as one person reading the newest lines would."""
        return self.said.read_text(errors="replace")


class Loa(Player):
    name, scheduled = "loa", True
    configuration = "its schedule; `default` device of ALSA's pulse plugin"
    binary = None

    def station(self, cron, window, items):
        (self.folder / "schedules").mkdir(exist_ok=True)
        (self.folder / "audio").mkdir(exist_ok=True)
        settings = 'language = "en"\n[sound]\ngain = false\n[station]\nname = "Bench"\ntimezone = "UTC"\n[output]\ndevice = "default"\n'
        (self.folder / "loa.toml").write_text(settings + '[[zone]]\nid = "one"\nname = "One"\n')
        text = f'[[programme]]\nid = "p"\ntitle = "Programme"\ncron = "{cron}"\nwindow = "{window}"\n' if items else ""
        for item in items:
            if not (self.folder / "audio" / item.name).exists():
                os.link(item, self.folder / "audio" / item.name)
            text += f'[[programme.item]]\nfile = "{item.name}"\n'
        (self.folder / "schedules" / "p.toml").write_text(text)
        return self.loa("run")

    def loa(self, *words):
        return [self.binary, "--config", self.folder / "loa.toml", *words]

    def idle(self):
        return self.station("0 0 3 1 1 *", "1m", [])

    def ready(self):
        self.until(lambda: "ready\n" in self.words())

    def play(self, file):
        subprocess.run(self.loa("air", file), env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def at_once(self, items):
        began = time.gmtime(time.time() - 300)  # its window is open
        return self.station(f"{began.tm_sec} {began.tm_min} {began.tm_hour} * * *", "60m", items)

    def rewind(self):
        """To a station that has checked the files of its programme and aired none."""
        data, fresh = self.folder / "data", self.folder / "fresh"
        if not fresh.exists():
            schedule = self.folder / "schedules" / "p.toml"
            due = schedule.read_text()
            schedule.write_text(re.sub('cron = ".*"', 'cron = "0 0 3 1 1 *"', due))
            self.start(self.loa("run"))
            self.ready()
            time.sleep(3)  # meanwhile the file is checked
            self.stop()
            schedule.write_text(due)
            data.rename(fresh)
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(fresh, data, ignore=shutil.ignore_patterns("*.sock"))

    def every(self, clip, second, cycle):
        seconds = ",".join(str(at) for at in range(second, 60, cycle))
        return self.station(f"{seconds} * * * * *", "1s", [clip])

    def log(self):
        printed = subprocess.run(self.loa("log", "--format", "json"), check=True, stdout=subprocess.PIPE).stdout
        return json.loads(printed)


class Mpd(Player):
    name = "mpd"
    configuration = "pulse output, driven by mpc; for exact starts cued: `mpc play`, `pause`, `seek 0`, then `mpc play`"

    def __init__(self, folder, environment):
        super().__init__(folder, environment)
        self.music, self.socket, self.state = folder / "music", folder / "mpd.sock", folder / "state"
        self.music.mkdir()
        (folder / "mpd.conf").write_text(
            f'music_directory "{self.music}"\ndb_file "{folder}/db"\nstate_file "{self.state}"\n'
            f'state_file_interval "5"\nlog_file "{folder}/log"\nbind_to_address "{self.socket}"\n'
            'zeroconf_enabled "no"\nauto_update "no"\n'
            f'audio_output {{\n type "pulse"\n name "sink"\n sink "{environment["PULSE_SINK"]}"\n}}\n'
        )

    def mpc(self, *words, check=True):
        command = ["mpc", "-q", f"--host={self.socket}", *map(str, words)]
        return subprocess.run(command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def take(self, items):
        """Puts the files into its music folder, and makes its database know them."""
        for item in items:
            if not (self.music / item.name).exists():
                os.link(item, self.music / item.name)
        self.start(self.idle())
        self.ready()
        self.mpc("update", "--wait")
        self.stop()

    def idle(self):
        return ["mpd", "--no-daemon", self.folder / "mpd.conf"]

    def ready(self):
        self.until(lambda: self.mpc("status", check=False))

    def play(self, file):
        self.mpc("clear")
        self.mpc("add", file.name)
        self.mpc("play", 1)

    def at_once(self, items):
        """As after a power cut: its state file says that it was playing."""
        self.take(items)
        self.items = items
        self.rewind()
        return self.idle()

    def rewind(self):
        queue = "".join(f"{n}:{item.name}\n" for n, item in enumerate(self.items))
        modes = "random: 0\nrepeat: 0\nsingle: 0\nconsume: 0\ncrossfade: 0\n"
        self.state.write_text(
            f"state: play\ncurrent: 0\ntime: 0.000000\n{modes}playlist_begin\n{queue}playlist_end\n"
        )

    def every(self, clip, second, cycle):
        self.take([clip])
        return self.idle()

    def cue(self, clip):
        if not self.mpc("play", 1, check=False):
            self.mpc("clear")
            self.mpc("add", clip.name)
            self.mpc("single", "on")
            self.mpc("play", 1)
        self.mpc("pause")
        self.mpc("seek", 0)

    def fire(self):
        return subprocess.Popen(["mpc", "-q", f"--host={self.socket}", "play"], stdout=subprocess.DEVNULL)

    def words(self):
        return (self.folder / "log").read_text(errors="replace")


class Mpv(Player):
    name = "mpv"
    configuration = "`--idle --gapless-audio=yes`, PulseAudio output; for exact starts `loadfile` paused, then `pause no` over its socket"
    common = ["mpv", "--no-config", "--no-video", "--ao=pulse", "--gapless-audio=yes", "--msg-level=all=info"]

    def idle(self):
        self.socket = self.folder / "mpv.sock"
        self.socket.unlink(missing_ok=True)
        return [*self.common, "--idle", f"--input-ipc-server={self.socket}"]

    def ready(self):
        self.until(self.socket.exists)
        self.line = socket.socket(socket.AF_UNIX)
        self.line.connect(str(self.socket))

    def tell(self, *words):
        self.line.sendall(json.dumps({"command": words}).encode() + b"\n")

    def play(self, file):
        self.tell("loadfile", str(file))

    def at_once(self, items):
        return [*self.common, *items]

    def every(self, clip, second, cycle):
        return self.idle()

    def cue(self, clip):
        self.tell("set_property", "pause", True)
        self.tell("loadfile", str(clip))

    def fire(self):
        self.tell("set_property", "pause", False)


class Liquidsoap(Player):
    name, scheduled = "Liquidsoap", True
    configuration = "`switch` on time predicates, 48 kHz, PulseAudio output"

    def script(self, source):
        script = self.folder / "radio.liq"
        script.write_text(
            "settings.init.allow_root.set(true)\nsettings.log.stdout.set(true)\nsettings.log.file.set(false)\n"
            "settings.frame.audio.samplerate.set(48000)\n"
            f'settings.server.socket.set(true)\nsettings.server.socket.path.set("{self.folder}/liq.sock")\n'
            f'output.pulseaudio(device="{self.environment["PULSE_SINK"]}", {source})\n'
        )
        return ["liquidsoap", script]

    def idle(self):
        return self.script('fallback(track_sensitive=false, [request.queue(id="q"), blank()])')

    def ready(self):
        self.until(lambda: (self.folder / "liq.sock").exists() and "Streaming loop" in self.words())

    def play(self, file):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(f"{self.folder}/liq.sock")
            line.sendall(f"q.push {file}\nexit\n".encode())
            line.recv(100)

    def at_once(self, items):
        tracks = ", ".join(f'once(single("{item}"))' for item in items)
        return self.script(f"fallback(track_sensitive=false, [sequence([{tracks}]), blank()])")

    def every(self, clip, second, cycle):
        when = " or ".join(f"{at}s-{at + 1}s" for at in range(second, 60, cycle))
        tracks = f'[({{ {when} }}, single("{clip}")), ({{true}}, blank())]'
        return self.script(f"switch(track_sensitive=false, {tracks})")


ALL = [Loa, Mpd, Mpv, Liquidsoap]
