"""What left the sound card: the frames that tests/device/loacard.c kept, each with the instant at which it played.

In: the card's files, and tones, each a clip of one frequency, so that what is heard names what was played. Out: stretches
of tone and silence with their instants (seconds since 1970). It never looks at what the station says of itself.
Next: station.py.
"""

import array
import dataclasses
import math
import pathlib
import subprocess
import time
import wave

RATE = 48_000
WINDOW_S = 0.05
STEP = 4  # every fourth sample is enough below 5 kHz
AUDIBLE = 0.01  # of full scale, root mean square: far above nothing, far below a programme
ROOT = pathlib.Path(__file__).resolve().parents[2]


def make_tone(path, hertz, seconds, level=0.3):
    """A clip that is known by its frequency."""
    path.parent.mkdir(parents=True, exist_ok=True)
    turn = 2 * math.pi * hertz / RATE
    samples = array.array("h", (round(32_767 * level * math.sin(turn * n)) for n in range(round(seconds * RATE))))
    with wave.open(str(path), "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(RATE)
        clip.writeframes(samples.tobytes())
    return path


def make_card(folder):
    """Builds the card for one station; answers with the configuration that ALSA is to read."""
    plugin = folder / "libasound_module_pcm_loacard.so"
    source = ROOT / "tests/device/loacard.c"
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-DPIC", "-o", plugin, source, "-lasound"], check=True)
    conf = folder / "asound.conf"
    card = f'type loacard file "{folder}/played.raw" fault "{folder}/fault" patient 1 format "S16_LE" channels 1'
    conf.write_text(
        "</usr/share/alsa/alsa.conf>\n"
        f'pcm_type.loacard {{ lib "{plugin}" }}\n'
        f"pcm.!default {{ {card} }}\n"
        f'pcm.station {{ {card} hint {{ show on description "Card of the station" }} }}\n'
    )
    return conf


@dataclasses.dataclass
class Stretch:
    """`hertz` sounded, or nothing (0) or something else (None), from `start` to `end`."""

    hertz: int | None
    start: float
    end: float

    @property
    def seconds(self):
        return self.end - self.start


class Sound:
    """What one card played."""

    def __init__(self, folder):
        self.frames_path = folder / "played.raw"
        self.index_path = folder / "played.raw.idx"
        self.fault_path = folder / "fault"

    def fault(self, kind):
        """`gone` pulls the card out, `stall` freezes it."""
        fresh = self.fault_path.with_suffix(".new")
        fresh.write_text(kind)
        fresh.rename(self.fault_path)

    def heal(self):
        self.fault_path.unlink(missing_ok=True)

    def _starts(self):
        if not self.index_path.exists():
            return []
        lines = (line.split() for line in self.index_path.read_text().splitlines())
        return [(int(first), int(wall) / 1e9, float(pace)) for first, wall, _mono, pace in lines]

    def windows(self, since):
        """(instant, samples) for every window that began at `since` or later."""
        starts = self._starts()
        size = round(WINDOW_S * RATE)
        kept = self.frames_path.stat().st_size // 2 if self.frames_path.exists() else 0
        with self.frames_path.open("rb") as played:
            for n, (first, wall, pace) in enumerate(starts):
                end = starts[n + 1][0] if n + 1 < len(starts) else kept
                frame = first + max(0, math.ceil((since - wall) * pace))
                played.seek(frame * 2)
                while frame < end:
                    samples = array.array("h")
                    samples.frombytes(played.read(2 * min(size, end - frame)))
                    if not samples:
                        break
                    yield wall + (frame - first) / pace, samples
                    frame += len(samples)

    def stretches(self, since, tones):
        """What was heard since then, window by window, neighbours of one kind joined."""
        heard = []
        for at, samples in self.windows(since):
            hertz = name(samples, tones)
            end = at + len(samples) / RATE
            if heard and heard[-1].hertz == hertz and at - heard[-1].end < WINDOW_S:
                heard[-1].end = end
            else:
                heard.append(Stretch(hertz, at, end))
        return heard

    def first(self, since, hertz, tones, limit_s=30):
        """The instant at which a tone was first heard since then, to the window; waits for it; None if it does not come."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            if self.frames_path.exists():
                for at, samples in self.windows(since):
                    if name(samples, tones) == hertz:
                        return at
            time.sleep(0.1)
        return None

    def first_sound(self, since, unlike=()):
        """The instant of the first window that is heard and is none of the tones `unlike`."""
        for at, samples in self.windows(since):
            if name(samples, unlike) is None:
                return at
        return None

    def seconds_of(self, since, hertz, tones):
        return sum(s.seconds for s in self.stretches(since, tones) if s.hertz == hertz)


def name(samples, tones):
    """Which of the tones sounds; 0 is silence, None anything else."""
    thinned = [s / 32_768 for s in samples[::STEP]]
    power = sum(s * s for s in thinned) / len(thinned)
    if math.sqrt(power) < AUDIBLE:
        return 0
    loudest = max(tones, key=lambda hertz: _share(thinned, hertz), default=None)
    return loudest if loudest and _share(thinned, loudest) > power * 0.5 else None


def _share(samples, hertz):
    """Power of one frequency (Goertzel), in the unit of the mean square."""
    turn = 2 * math.cos(2 * math.pi * hertz * STEP / RATE)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    return 2 * (last * last + before * before - turn * last * before) / len(samples) ** 2
