"""A mail server and a receiver of webhooks on loopback: what they were given they remember, and they may misbehave."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import random
import re
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

# How a receiver may be: DOWN refuses the line, SLOW answers rightly but late, SILENT says a letter a second.
WELL, DOWN, SLOW, SILENT, GARBAGE, BROKEN = "well", "down", "slow", "silent", "garbage", "broken"
MOODS = (DOWN, SLOW, GARBAGE, BROKEN, SILENT)
# How long an answer takes, so that many a kill falls between what arrived here and what is written down there.
LATE_S = 0.06
SLOW_S = 1.5
# A message signed longer ago is not taken for one.
FRESH_S = 300


class _Listener:
    """Takes every line in a thread of its own."""

    def __init__(self) -> None:
        self.lock, self.rng = threading.Lock(), random.Random(3)
        self._open(0)
        self.port = int(self.socket.getsockname()[1])
        threading.Thread(target=self._take, daemon=True).start()

    def _open(self, port: int) -> None:
        self.socket = socket.create_server(("127.0.0.1", port), backlog=50)
        self.socket.settimeout(0.1)

    def _take(self) -> None:
        while True:
            try:
                line, _address = self.socket.accept()
            except OSError:  # nobody came, or it is closed just now
                time.sleep(0.01)
                continue
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        line.settimeout(30)
        with line, contextlib.suppress(OSError, ValueError):
            self.talk(line)

    def talk(self, line: socket.socket) -> None:
        raise NotImplementedError

    def late(self) -> None:
        with self.lock:
            pause = self.rng.uniform(0, LATE_S)
        time.sleep(pause)


class MailServer(_Listener):
    """As much of SMTP as a mail takes. What came whole is in, whether or not the sender hears of it."""

    def __init__(self) -> None:
        self.got: Counter[str] = Counter()
        super().__init__()

    def talk(self, line: socket.socket) -> None:
        with line.makefile("rwb", buffering=0) as talk:
            talk.write(b"220 drill\r\n")
            while asked := talk.readline(2_000):
                verb = asked[:4].upper()
                if verb == b"DATA":
                    talk.write(b"354 go on\r\n")
                    self._keep(talk)
                talk.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 so it is\r\n")
                if verb == b"QUIT":
                    return

    def _keep(self, talk: socket.SocketIO) -> None:
        lines = []
        while (one := talk.readline()) != b".\r\n":
            if not one:
                raise ValueError("cut off")
            lines.append(one)
        name = re.search(rb"^Message-ID: (\S+)\r?$", b"".join(lines), re.MULTILINE | re.IGNORECASE)
        with self.lock:
            self.got[name[1].decode() if name else "none"] += 1
        self.late()

    @property
    def doubles(self) -> int:
        with self.lock:
            return sum(self.got.values()) - len(self.got)


@dataclass
class Told:
    """What one webhook was told and took: its messages by id, and what was wrong with any."""

    key: str
    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Receiver(_Listener):
    """One who asked for webhooks; `mood` says how it is just now."""

    def __init__(self) -> None:
        self.told, self._mood = Told(""), WELL
        super().__init__()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/told"

    @property
    def mood(self) -> str:
        return self._mood

    @mood.setter
    def mood(self, mood: str) -> None:
        if mood == DOWN and self._mood != DOWN:
            self.socket.close()
        if mood != DOWN and self._mood == DOWN:
            self._open(self.port)
        self._mood = mood

    def talk(self, line: socket.socket) -> None:
        if (mood := self.mood) == DOWN:  # it came while the door was closing
            return
        with line.makefile("rb") as read:
            headers = {}
            while (one := read.readline(4_000).decode().strip()) != "":
                name, _colon, value = one.partition(":")
                headers[name.lower()] = value.strip()
            body = read.read(int(headers.get("content-length", "0")))
        if mood in {WELL, SLOW}:
            self._keep(headers, body)
        else:
            with self.lock:
                self.told.refused[mood] += 1
        self._answer(line, mood)

    def _keep(self, headers: dict[str, str], body: bytes) -> None:
        name, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "0")
        mark = hmac.new(bytes.fromhex(self.told.key), f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
        good = hmac.compare_digest(headers.get("webhook-signature", ""), f"v1,{base64.b64encode(mark).decode()}")
        with self.lock:
            if not good:
                self.told.wrong.append(f"{name}: the signature is wrong")
            elif abs(time.time() - int(at)) > FRESH_S or json.loads(body)["id"] != name:
                self.told.wrong.append(f"{name}: old, or another's body")
            self.told.taken[name] += 1

    def _answer(self, line: socket.socket, mood: str) -> None:
        if mood == GARBAGE:
            line.sendall(random.randbytes(3_000))
        elif mood == SILENT:
            for letter in b"HTTP/1.1 200 OK\r\n" * 10:
                line.sendall(bytes([letter]))
                time.sleep(1)
        else:
            time.sleep(SLOW_S) if mood == SLOW else self.late()
            status = b"500 Broken" if mood == BROKEN else b"204 Taken"
            line.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
