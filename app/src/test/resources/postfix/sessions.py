"""Plays the sessions of a table, all at once, and says how each ended, a line each: what was refused by which reply, and what was taken.

python3 sessions.py TABLE
"""

import concurrent.futures
import smtplib
import socket
import ssl
import sys


class Refused(Exception):
    pass


def play(session):
    """The replies that the client would not have, each behind the command that it answers, and whether the message was taken."""
    client, said = session["client"], []
    server = "127.0.0.1" if client.startswith("127.") else "2001:db8::25" if ":" in client else "198.18.0.25"

    def must(step, reply):
        code, text = reply
        if not 200 <= code < 400:
            said.append(f"{step} {code}")
            raise Refused()
        return text

    def late(step, reply):
        code, _ = reply
        if not 200 <= code < 400:
            said.append(f"{step} {code}")
        return 200 <= code < 400

    try:
        place = (server, session.get("port", 25))
        connection = socket.create_connection(place, timeout=40, source_address=(client, 0))
        smtp = smtplib.SMTP(timeout=40)
        smtp.sock = connection
        smtp._host = server
        if session.get("early"):
            connection.sendall(b"EHLO " + session["greeting"].encode() + b"\r\n")
        banner = smtp.getreply()
        must("banner", banner)
        if session.get("early"):
            # postscreen breaks its banner off when the client does not wait for it.
            if banner[0] != 250:
                must("EHLO", smtp.getreply())
        elif session.get("helo"):
            must("HELO", smtp.docmd("HELO", session["greeting"]))
        elif session["greeting"] != "-":
            must("EHLO", smtp.ehlo(session["greeting"]))
        if session.get("tls"):
            must("STARTTLS", smtp.docmd("STARTTLS"))
            smtp.sock = ssl._create_unverified_context().wrap_socket(smtp.sock)
            smtp.file = None
            must("EHLO", smtp.ehlo(session["greeting"]))
        size = f" SIZE={session['size']}" if "size" in session else ""
        must("MAIL", smtp.docmd("MAIL", f"FROM:<{session['from']}>{size}"))
        taken = [late("RCPT", smtp.docmd("RCPT", f"TO:<{one}>")) for one in session["to"]]
        if not any(taken):
            raise Refused()
        must("DATA", smtp.docmd("DATA"))
        author = session["from"] if "@" in session["from"] else "ann@example.net"
        smtp.send(f"From: <{author}>\r\nSubject: session {session['number']}\r\nDate: Sun, 29 Nov 2026 12:00:00 +0000\r\n\r\nHello\r\n.\r\n")
        must("content", smtp.getreply())
        said.append("taken")
    except Refused:
        pass
    except ConnectionRefusedError:
        said.append("nobody listens")
    except (smtplib.SMTPServerDisconnected, ConnectionResetError, BrokenPipeError):
        said.append("closed")
    except TimeoutError:
        said.append("no answer")
    return ", ".join(said)


def sessions(table):
    """Rows are parted by |: client, name it greets by (or -), sender, recipients, how, and what the test is about."""
    with open(table, encoding="ascii") as lines:
        rows = [line.split("|") for line in lines if line.strip() and not line.startswith("#")]
    for number, row in enumerate(rows, start=1):
        client, greeting, sender, recipients, how = (cell.strip() for cell in row[:5])
        session = {"number": number, "client": client, "greeting": greeting, "from": sender, "to": recipients.split()}
        for word in how.split():
            key, _, value = word.partition("=")
            session[key] = int(value) if value else True
        yield session


all_of_them = list(sessions(sys.argv[1]))
with concurrent.futures.ThreadPoolExecutor(max_workers=len(all_of_them)) as pool:
    for outcome in pool.map(play, all_of_them):
        print(outcome)
