"""A private PulseAudio server with null sinks, and captures of them: which frame played when.

Every player plays to a null sink of this server, and what the sink was given is read from its monitor. A frame's time is
taken from the moment at which it arrived: the earliest arrivals of a few seconds are those that nothing delayed, and the
frames themselves lie exactly 1/48000 s apart. What remains is one constant of the path, the same for every player;
`constant_ms` measures it.
"""

import array
import bisect
import math
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import time
import wave

RATE = 48_000
LOUD = 1500  # of 32768; the clips of the benchmark have levels of 3000 and more
FRAME = 4  # bytes: two channels of 16 bits
HERE = pathlib.Path(__file__).resolve().parent


def urgent(*command):
    """A command line with real-time priority where the user may have it, so that a busy machine does not distort it."""
    allowed = subprocess.run(["chrt", "-f", "20", "true"], stderr=subprocess.DEVNULL).returncode == 0
    return [*(["chrt", "-f", "20"] if allowed else []), *map(str, command)]


class Server:
    """A sound server with one null sink for each name. `norewinds` keeps the sink from working in blocks of two seconds."""

    def __init__(self, folder, sinks):
        self.folder, self.sinks, self.process = folder, sinks, None
        self.address, self.shell = f"unix:{folder}/pulse.sock", f"{folder}/shell.sock"
        (folder / "home").mkdir(parents=True, exist_ok=True)
        self.environment = {
            **os.environ,
            "HOME": str(folder / "home"),
            "PULSE_RUNTIME_PATH": str(folder / "home"),
            "PULSE_SERVER": self.address,
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }

    def start(self):
        modules = [f"module-native-protocol-unix socket={self.folder}/pulse.sock auth-anonymous=1"]
        modules.append(f"module-cli-protocol-unix socket={self.shell}")
        for sink in self.sinks:
            modules.append(f"module-null-sink sink_name={sink} rate={RATE} channels=2 format=s16le norewinds=yes")
        for left in [self.folder / "pulse.sock", pathlib.Path(self.shell)]:
            left.unlink(missing_ok=True)
        options = ["--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--log-level=error", "--log-target=stderr"]
        command = ["pulseaudio", "-n", *options, *(word for module in modules for word in ("-L", module))]
        log = (self.folder / "pulse.log").open("a")
        self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        ask = ["pactl", "info"]
        silence = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        while subprocess.run(ask, env=self.environment, **silence).returncode != 0:
            if self.process.poll() is not None:
                raise SystemExit(f"bench-peers: the sound server did not start: {(self.folder / 'pulse.log').read_text()}")
            time.sleep(0.02)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def client(self, sink):
        """The environment of a player that plays to `sink`, by PulseAudio or by ALSA's default device."""
        conf = self.folder / f"asound-{sink}.conf"
        conf.write_text(
            "</usr/share/alsa/alsa.conf>\n"
            f'pcm.!default {{ type pulse server "{self.address}" device "{sink}" }}\n'
            f'ctl.!default {{ type pulse server "{self.address}" }}\n'
        )
        return {**self.environment, "PULSE_SINK": sink, "ALSA_CONFIG_PATH": str(conf)}


class Capture:
    """What one sink plays, from now until `end`."""

    def __init__(self, server, sink, stamp, path, latency_ms=5):
        self.path = path
        format_ = [f"--rate={RATE}", "--channels=2", "--format=s16le", "--raw", f"--latency-msec={latency_ms}"]
        record = urgent("parec", *format_, f"--device={sink}.monitor")
        self.source = subprocess.Popen(record, env=server.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.keeper = subprocess.Popen(urgent(stamp, path), stdin=self.source.stdout)
        self.source.stdout.close()
        while not path.exists() or path.stat().st_size == 0:  # a recording that does not begin has no later end
            if self.source.poll() is not None:
                raise SystemExit("bench-peers: the capture of the sink did not start")
            time.sleep(0.01)

    def end(self):
        self.source.send_signal(signal.SIGTERM)
        self.source.wait()
        self.keeper.wait()
        return Recording(self.path)

    def sounds(self):
        """Whether the newest tenth of a second is loud."""
        tail = array.array("h")
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size // FRAME * FRAME - RATE // 10 * FRAME))
            got = file.read()
        tail.frombytes(got[: len(got) // FRAME * FRAME])
        return any(abs(sample) > LOUD for sample in tail)


class Recording:
    """16-bit frames and their times."""

    def __init__(self, path):
        self.samples = array.array("h", path.read_bytes()[: path.stat().st_size // FRAME * FRAME])
        lines = pathlib.Path(f"{path}.idx").read_bytes()
        index = array.array("q", lines[: len(lines) // 16 * 16])
        pieces = [(index[n] // FRAME, index[n + 1] / 1e9) for n in range(0, len(index), 2)]
        # The least delayed arrival of each second. Between them the sink's clock is a straight line; over minutes it is not,
        # since a null sink rounds the length of each of its blocks to microseconds.
        least = {}
        for frames, came in pieces:
            origin = came - frames / RATE
            if origin < least.get(frames // RATE, (0, math.inf))[1]:
                least[frames // RATE] = frames, origin
        self.points = [least[second] for second in sorted(least)]

    def __len__(self):
        return len(self.samples) // 2

    def time_of(self, frame):
        """Seconds since 1970, on a clock without the delays of single arrivals."""
        at = bisect.bisect_left(self.points, (frame,))
        at = max(1, min(at, len(self.points) - 1))
        (before, origin), (after, next_origin) = self.points[at - 1], self.points[at]
        return origin + (next_origin - origin) * (frame - before) / (after - before) + frame / RATE

    def frame_at(self, instant):
        """About; exact enough to begin a search."""
        return max(0, min(len(self), round((instant - self.points[0][1]) * RATE)))

    def loud(self, frame):
        return abs(self.samples[2 * frame]) > LOUD or abs(self.samples[2 * frame + 1]) > LOUD

    def first_loud(self, begin=0, end=None):
        return next((frame for frame in range(begin, len(self) if end is None else end) if self.loud(frame)), None)

    def onsets(self, shortest_s):
        """(frame, level) where silence ends; sounds are at least that long, and so are the silences between them."""
        stride, quiet, before = int(shortest_s * RATE / 4), True, 0
        for at in range(0, len(self) - stride, stride):
            loud = self.loud(at)
            if loud and quiet:
                first = self.first_loud(before, at + 1)
                levels = self.samples[2 * first : 2 * (first + stride) : 2]
                yield first, statistics.median(levels)
            quiet, before = not loud, at
        return


def build_stamp(folder):
    program = folder / "stamp"
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", program, HERE / "stamp.c"], check=True)
    return program


def write_levels(path, rate, levels):
    """A WAV file of constant stretches: (level, seconds) each. A level is found again whatever resamples it."""
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, rate, 0, "NONE", ""))
        for level, seconds in levels:
            file.writeframes(array.array("h", [level]).tobytes() * (2 * round(seconds * rate)))
    return path


def constant_ms(server, sink, stamp, clip, times=30):
    """How much later than the order a sound begins in the capture that the server itself holds ready, in ms.

    The order goes to the server's own socket and the sound lies in its memory: no program could start one sooner.
    """
    with socket.socket(socket.AF_UNIX) as shell:
        shell.connect(server.shell)
        shell.sendall(f"load-sample click {clip}\n".encode())
        time.sleep(0.5)
        capture = Capture(server, sink, stamp, server.folder / "constant.raw")
        time.sleep(2)
        ordered = []
        for n in range(times):
            ordered.append(time.time())
            shell.sendall(f"play-sample click {sink}\n".encode())
            time.sleep(0.4 + 0.0137 * (n % 7))
        recording = capture.end()
    began = [recording.time_of(frame) for frame, _ in recording.onsets(0.1)]
    late = [min((at - order for at in began), key=abs) * 1000 for order in ordered]
    return late


def rank(values, percent):
    """Nearest rank: of 50 values the 99th percentile is the largest."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
