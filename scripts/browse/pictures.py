"""The pictures of docs/so-tay.md: what a person sees, from a station that has aired and been worked with.

In: the stories' own hands. Out: PNG files with few colours, so that the handbook stays small. Next: ../../docs/so-tay.md.
"""

import pathlib
import shutil
import subprocess


def shrink(path):
    """128 colours are enough for a page: a quarter of the bytes. Needs ffmpeg, as the tests do."""
    small = path.with_suffix(".small.png")
    palette = "split[a][b];[a]palettegen=max_colors=128:stats_mode=full[p];[b][p]paletteuse=dither=none"
    command = ["ffmpeg", "-v", "error", "-y", "-i", path, "-vf", palette, "-frames:v", "1", small]
    subprocess.run(command, check=True)
    if small.stat().st_size < path.stat().st_size:
        small.replace(path)
    else:
        small.unlink()


def take(given):
    """Takes them all anew; answers with the exit code."""
    folder = pathlib.Path(given.handbook)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return 0
