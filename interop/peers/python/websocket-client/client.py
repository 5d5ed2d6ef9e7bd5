"""A client over websocket-client that sends every message back and takes the next case until
there is none.

Usage: client.py URL
"""

import gc
import logging
import sys

from websocket import WebSocketApp


def send_back(socket, message):
    if isinstance(message, bytes):
        socket.send_bytes(message)
    elif message.startswith("wscheck:close"):
        close(socket, *message.split(" ", 2)[1:])
    else:
        socket.send_text(message)


def close(socket, code=1000, reason=""):
    """As a message asks for; the library has no Close without a code."""
    socket.close(status=int(code), reason=reason.encode())


def echo(url):
    """Echoes until the connection ends; tells the reason of the Close."""
    reasons, errors = [], []
    application = WebSocketApp(
        url,
        on_message=send_back,
        on_error=lambda _, error: errors.append(error),
        on_close=lambda _, code, reason: reasons.append(reason),
    )
    application.run_forever()
    for error in errors:
        if isinstance(error, ConnectionRefusedError):
            raise error  # nobody is there any more
    return reasons[0] if reasons else None


logging.disable(logging.CRITICAL)  # failed connections are what the cases provoke
while echo(sys.argv[1] + "/next?agent=websocket-client") != "no more cases":
    gc.collect()  # the library leaves it to the collector to close its end of TCP
