"""A line between browser and station that can break at the worst moment: the act has arrived, its answer has not.

In: connections on a port of its own. Out: the same bytes to and from the station, until told otherwise. Next: walk.py.
"""

import socket
import threading


class Line:
    """Forwards to 127.0.0.1:`port`. Use as a context."""

    def __init__(self, port):
        self.port = port
        self.door = socket.create_server(("127.0.0.1", 0))
        self.losing = threading.Event()
        self.lost = threading.Event()
        self.down = threading.Event()
        self.open_pairs = set()
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.door.getsockname()[1]}"

    def lose_answers(self, losing=True):
        """Until told otherwise each POST reaches the station and its answer nobody; a browser sends one again by itself."""
        self.lost.clear()
        if losing:
            self.losing.set()
        else:
            self.losing.clear()

    def break_off(self):
        """No connection lives, none comes about."""
        self.down.set()
        for pair in list(self.open_pairs):
            self._close(pair)

    def mend(self):
        self.down.clear()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.down.set()
        self.door.close()
        for pair in list(self.open_pairs):
            self._close(pair)

    def _take(self):
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:
                return
            if self.down.is_set():
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.port), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            pair = (near, far)
            self.open_pairs.add(pair)
            marked = threading.Event()
            threading.Thread(target=self._carry, args=(pair, near, far, marked, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(pair, far, near, marked, False), daemon=True).start()

    def _carry(self, pair, source, sink, marked, outward):
        try:
            while data := source.recv(65_536):
                if outward and self.losing.is_set() and data.startswith(b"POST "):
                    marked.set()
                if not outward and marked.is_set():
                    self.lost.set()
                    break
                sink.sendall(data)
        except OSError:
            pass
        self._close(pair)

    def _close(self, pair):
        self.open_pairs.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
