"""The figures of all parts as one table, each line judged: `ok`, `NOT`, or nothing where nothing is required."""

import os
import pathlib
import re
import statistics
import subprocess

from sound import rank

PERCENTS = [("p50", 50), ("p95", 95), ("p99", 99), ("max", 100)]

# What a line requires of loa, beside the peers: name -> (what it says, test of loa's figure and the peers' figures by name)
RULES = {
    "tenth": ("at most a tenth of the best peer", lambda own, peers: own <= min(peers.values()) / 10),
    "best": ("no worse than the best peer", lambda own, peers: own <= min(peers.values())),
    "mpd": ("no more than mpd and the best peer", lambda own, peers: own <= peers["mpd"] and own <= min(peers.values())),
    "percent": ("at most 1 % of a core", lambda own, peers: own <= 1.0),
    None: ("", lambda own, peers: None),
}


class Line:
    """A figure of every player; a player that has none (never sounded again) counts as infinite."""

    def __init__(self, what, figures, rule, form="{:.2f}"):
        self.what, self.rule, self.form = what, rule, form
        self.figures = {name: float("inf") if figure is None else figure for name, figure in figures.items()}
        own = self.figures["loa"]
        peers = {name: figure for name, figure in self.figures.items() if name != "loa"}
        best = min(peers.values())
        self.ratio = own / best if 0 < best < float("inf") else None
        verdict = RULES[rule][1](own, peers)
        self.verdict = "" if verdict is None else "ok" if verdict else "NOT"

    def cells(self):
        shown = ["never" if figure == float("inf") else self.form.format(figure) for figure in self.figures.values()]
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return [self.what, *shown, ratio, RULES[self.rule][0], self.verdict]


def onset(figures, where):
    raw = {name: each["raw_ms"] for name, each in figures["players"].items()}
    constant = figures["constant_ms"]
    jitter, error = {}, {}
    for name, times in raw.items():
        median = statistics.median(times) if times else float("nan")
        jitter[name] = [abs(at - median) for at in times] or [float("inf")]
        error[name] = [abs(at - constant) for at in times] or [float("inf")]
    count = max(len(times) for times in raw.values())
    for label, percent in PERCENTS:
        spread = {name: rank(values, percent) for name, values in jitter.items()}
        yield Line(f"onset jitter {label}, {where}, ms (n = {count})", spread, "tenth", "{:.3f}")
    for label, percent in PERCENTS:
        off = {name: rank(values, percent) for name, values in error.items()}
        yield Line(f"onset error {label}, {where}, ms", off, "best", "{:.2f}")
    for key, what in [("missing", "starts missing"), ("stray", "sounds before their time (of a cue)")]:
        yield Line(f"{what}, {where}", {name: each[key] for name, each in figures["players"].items()}, "best", "{}")


def busy(figures):
    return onset(figures, "both cores busy")


def gaps(figures):
    for kind, players in figures.items():
        for key, what in [("silent", "silent frames between items"), ("lost", "frames lost (worst of all runs)")]:
            worst = {name: max((abs(run[key]) for run in runs if run), default=None) for name, runs in players.items()}
            yield Line(f"{what}, {kind}", worst, "best", "{:.0f}")


def cost(figures):
    for kind in ["48 kHz", "44.1 kHz"]:
        spent = {name: each["cpu_s_per_min"] for name, each in figures[kind].items()}
        yield Line(f"CPU for 60 s of MP3 at 192 kbit/s, {kind}, s", spent, "mpd")
    idle = {name: each["cpu_s_per_min"] / 0.6 for name, each in figures["idle"].items()}
    yield Line("CPU idle, % of a core", idle, "percent")
    for key, what in [("Rss", "resident memory (RSS)"), ("Anonymous", "anonymous memory")]:
        for kind, where in [("idle", "idle"), ("48 kHz", "on air, 48 kHz"), ("44.1 kHz", "on air, 44.1 kHz")]:
            yield Line(f"{what} {where}, MB", {name: each[key] for name, each in figures[kind].items()}, "mpd", "{:.1f}")


def start(figures):
    for what, pick in [("median", statistics.median), ("worst", max)]:
        taken = {name: pick(times) if times else None for name, times in figures.items()}
        yield Line(f"exec to the first sample, {what} of {len(figures['loa'])}, ms", taken, "best", "{:.0f}")


def faults(figures):
    for key, what in [
        ("killed", "silence after SIGKILL and a restart, s"),
        ("server", "silence after the sound server is back, s"),
    ]:
        yield Line(what, {name: each["silent_s"] for name, each in figures[key].items()}, "best")


LINES = {
    "onset": lambda figures: onset(figures, "idle"),
    "busy": busy,
    "gaps": gaps,
    "cost": cost,
    "start": start,
    "faults": faults,
}


def what_they_said(figures):
    """What every player did and logged after each fault."""
    for key, title in [("killed", "After SIGKILL and the same command again"), ("server", "After the sound server's death")]:
        yield f"\n## {title}\n"
        for name, each in figures[key].items():
            heard = (
                "never sounded again"
                if each["silent_s"] is None
                else f"sounded after {each['silent_s']:.2f} s, from second {each['content_s']} of the item"
            )
            ended = "" if each["up"] else "; the program ended"
            yield f"- **{name}** {heard}{ended}."
            said = each["rows"] or [shorten(line) for line in each["lines"]][-4:]
            yield from (f"  - `{line}`" for line in said or ["(nothing logged)"])


def shorten(line, most=150):
    line = re.sub(r"/tmp/[^ \"]*/", "", line.replace("`", "'"))
    return line if len(line) <= most else line[: most - 1] + "…"


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} x {model[1] if model else os.uname().machine}, Linux {os.uname().release}"


def version(package):
    asked = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], stdout=subprocess.PIPE, text=True)
    return asked.stdout or "of unknown version"


def make(parts, players, loa):
    """The Markdown text, and how many lines are not as they must be."""
    lines = [line for part in parts for line in LINES[part["part"]](part["figures"])]
    names = [player.name for player in players]
    head = ["", *names, "loa / best peer", "required of loa", ""]
    body = [line.cells() for line in lines]
    widths = [max(len(row[n]) for row in [head, *body]) for n in range(len(head))]
    show = lambda row: "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
    bad = sum(line.verdict == "NOT" for line in lines)
    text = ["# loa beside mpd, mpv and Liquidsoap", ""]
    text += [f"Written by `scripts/bench-peers`. {bad or 'None'} of the {len(lines)} lines {'is' if bad == 1 else 'are'} not as required.", ""]
    text += [show(head), show(["-" * width for width in widths]), *map(show, body), ""]
    text += [
        "Jitter is the distance from that player's own median; the error is the distance from the scheduled instant, less one",
        "constant of the capture, the same for all: how much earlier than the order a sound begins there that the server itself",
        "holds in its memory (the earliest of many). Every player is started anew five times. Ranks are nearest: of 50 starts",
        "p99 is the worst. Memory is the highest seen; anonymous memory is what no other process can share. A figure is of one",
        "machine without a sound card; compare only within a line.",
        "",
    ]
    packages = {"loa": None, "Liquidsoap": "liquidsoap"}
    for player in players:
        package = packages.get(player.name, player.name)
        release = version(package) if package else version_of(loa)
        text.append(f"- {player.name} {release}: {player.configuration}")
    text += [f"- sound server: PulseAudio {version('pulseaudio')}, null sinks at 48 kHz, 16 bits, `norewinds=yes`", ""]
    text += ["| part | measured | took | load before and after |", "| --- | --- | --- | --- |"]
    for part in parts:
        quick = " (quick)" if part["quick"] else ""
        text.append(f"| {part['part']}{quick} | {part['at']} | {part['took_s']} s | {part['load'][0]}, {part['load'][1]} |")
    text += ["", f"Machine: {machine()}."]
    for part in parts:
        if part["part"] == "onset":
            text.append(f"Constant of the capture: {part['figures']['constant_ms']:.2f} ms.")
        if part["part"] == "faults":
            text += what_they_said(part["figures"])
    return "\n".join(text) + "\n", bad


def version_of(loa):
    asked = subprocess.run([loa, "--version"], stdout=subprocess.PIPE, text=True)
    return asked.stdout.replace("loa", "").strip() or "(this repository)"
