#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a socket of libzmq with CURVE that calls learns of a refusal (libzmq 4.3.4, in pyzmq 25.1.2): nothing by its
# functions, and by its monitor
#
# - where the server has another key than the caller means: HANDSHAKE_FAILED_NO_DETAIL, 32 (EPIPE), as of a server that
#   was ended in the middle of it, since the server closes without a word; and it calls again, for ever;
# - where the server says ERROR, of which ZMTP's RFC leaves the reason free: for "400" HANDSHAKE_FAILED_AUTH, 400; for a
#   reason in words no event of a handshake at all, only DISCONNECTED, as after a connection that was good. Either way
#   it never calls again, and the socket stays there and waits.
#
# One would expect an event of a handshake that failed in each case. mpcf so says ERROR with "400" to an unknown key;
# its own words are for its own callers.
#
# Needs python3 with pip and the right to download packages; installs nothing outside a temporary folder.
# Fails if the behaviour changes.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install --quiet --disable-pip-version-check --target lib pyzmq==25.1.2
cat >refusals.py <<'END'
import socket, threading, time
import zmq
from zmq.utils.monitor import recv_monitor_message

print("libzmq", zmq.zmq_version())
context = zmq.Context()


def watch(endpoint, server_key, seconds=3):
    """The names of what the monitor of a PAIR says that calls ENDPOINT."""
    s = context.socket(zmq.PAIR)
    s.linger = 0
    s.curve_publickey, s.curve_secretkey = zmq.curve_keypair()
    s.curve_serverkey = server_key
    m = s.get_monitor_socket()
    s.connect(endpoint)
    seen, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        if m.poll(100):
            e = recv_monitor_message(m)
            seen.append((zmq.Event(e["event"]).name, int(e["value"])))
    s.disable_monitor()
    s.close()
    return seen


def failures(seen):
    return sorted({(name, value) for name, value in seen if name.startswith("HANDSHAKE")})


# Another key than the server's.
server = context.socket(zmq.PAIR)
server.linger = 0
server.curve_publickey, server.curve_secretkey = zmq.curve_keypair()
server.curve_server = True
port = server.bind_to_random_port("tcp://127.0.0.1")
other, _ = zmq.curve_keypair()
seen = watch(f"tcp://127.0.0.1:{port}", other)
calls = [name for name, _ in seen].count("CONNECTED")
print("another key:", failures(seen), "calls", "again" if calls > 1 else "once")
assert failures(seen) == [("HANDSHAKE_FAILED_NO_DETAIL", 32)] and calls > 1, seen


def refuse(door, reason):
    """Hears greeting and HELLO of each who calls, and says ERROR with REASON."""
    while True:
        try:
            c, _ = door.accept()
        except OSError:
            return
        c.settimeout(2)
        try:
            c.sendall(b"\xff\0\0\0\0\0\0\0\1\x7f\3\0CURVE".ljust(32, b"\0") + b"\1" + bytes(31))
            heard = b""
            while len(heard) < 64 + 2 + 200:
                more = c.recv(4096)
                if not more:
                    break
                heard += more
            body = b"\5ERROR" + bytes([len(reason)]) + reason
            c.sendall(bytes([4, len(body)]) + body)
            time.sleep(0.2)
        except OSError:
            pass
        c.close()


for reason in (b"400", b"unknown key"):
    door = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=refuse, args=(door, reason), daemon=True).start()
    seen = watch(f"tcp://127.0.0.1:{door.getsockname()[1]}", other)
    calls = [name for name, _ in seen].count("CONNECTED")
    print(f"ERROR {reason!r}:", failures(seen), "calls", "again" if calls > 1 else "once")
    assert failures(seen) == ([("HANDSHAKE_FAILED_AUTH", 400)] if reason == b"400" else []), seen
    assert calls == 1 and "DISCONNECTED" in [name for name, _ in seen], seen
    door.close()
server.close()
context.term()
END
PYTHONPATH=lib python3 refusals.py
# Seen:
# another key: [('HANDSHAKE_FAILED_NO_DETAIL', 32)] calls again
# ERROR b'400': [('HANDSHAKE_FAILED_AUTH', 400)] calls once
# ERROR b'unknown key': [] calls once
