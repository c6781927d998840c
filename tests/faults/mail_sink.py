"""An SMTP server that misbehaves on request: what it does is written before the @ of the recipient.

It keeps every mail that it read to the end, whatever it answered: that is what "arrived" means in these tests.
"""

from __future__ import annotations

import re
import socket
import socketserver
import struct
import threading
from collections import Counter
from typing import ClassVar

MESSAGE_ID = re.compile(rb"^Message-ID: <([0-9a-f]{32})@", re.MULTILINE)


class MisbehavingSink(socketserver.ThreadingTCPServer):
    """Listens on loopback; `.arrived` counts the mails read to the end by Message-ID, `.begun` every DATA."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.arrived: Counter[str] = Counter()
        self.senders: dict[str, str] = {}
        self.seen: Counter[str] = Counter()
        self.connections = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        """The value of RECUEIL_SMTP_URL that leads here."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def keep(self, content: bytes, sender: str) -> None:
        """Counts one mail that was read to the end."""
        found = MESSAGE_ID.search(content)
        with self.lock:
            if found:
                name = found.group(1).decode()
                self.arrived[name] += 1
                self.senders[name] = sender

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed in the middle is what these tests are about."""


class Talk(socketserver.StreamRequestHandler):
    """One connection."""

    server: MisbehavingSink
    disable_nagle_algorithm = True
    wbufsize = 0
    AT_RCPT: ClassVar[dict[str, str]] = {
        "rcpt550": "550 5.1.1 no such user",
        "rcpt571": "550 5.7.1 we do not like you",
        "rcpt450": "450 4.2.1 mailbox busy",
        "full452": "452 4.2.2 mailbox full",
        "down421": "421 4.3.2 going down",
    }
    AT_DATA: ClassVar[dict[str, str]] = {"data554": "554 5.6.0 no", "data451": "451 4.3.0 later"}

    def handle(self) -> None:
        """Speaks SMTP until the client or the script ends it."""
        with self.server.lock:
            self.server.connections += 1
        self.say("220 sink")
        self.mode, self.sender = "", ""
        while line := self.rfile.readline():
            verb = line.strip().decode("ascii", "replace").upper()
            if verb.startswith(("EHLO", "HELO")):
                self.say("250 sink")
            elif verb.startswith("MAIL"):
                self.sender = line.decode().split("<")[1].split(">")[0]
                self.say("250 ok")
            elif verb.startswith("RCPT"):
                self.rcpt(line.decode())
            elif verb == "DATA":
                if not self.data():
                    return
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def rcpt(self, line: str) -> None:
        """Answers a recipient as its name asks."""
        address = line.split("<")[1].split(">")[0]
        self.mode = address.split("@")[0].split("-")[0]
        with self.server.lock:
            self.server.seen[address] += 1
            first = self.server.seen[address] == 1
        if self.mode == "greylist" and first:
            self.say("450 4.7.1 greylisted")
        else:
            self.say(self.AT_RCPT.get(self.mode, "250 ok"))

    def data(self) -> bool:
        """Reads a mail, or breaks off as its recipient asks; whether the talk goes on."""
        if self.mode == "dropbefore":
            return False
        if self.mode == "data503":
            self.say("503 5.5.1 not now")
            return True
        self.say("354 go on")
        if self.mode == "dropmiddle":
            self.rfile.readline()
            self.reset()
            return False
        content = self.read_content()
        if self.mode in self.AT_DATA:
            self.say(self.AT_DATA[self.mode])
            return True
        self.server.keep(content, self.sender)
        if self.mode == "hang":
            self.rfile.readline()  # until the client has waited enough and goes away
            return False
        if self.mode == "dropafter":
            return False
        self.say("250 kept")
        if self.mode == "okrst":
            self.reset()
            return False
        return True

    def read_content(self) -> bytes:
        """The mail up to its closing dot; a client that dies first leaves nothing."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise ConnectionError("the client went away in the middle")
            lines.append(line)
        return b"".join(lines)

    def say(self, text: str) -> None:
        """One reply line."""
        self.wfile.write(text.encode() + b"\r\n")

    def reset(self) -> None:
        """Ends the connection with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
