"""A client over tornado that sends every message back and takes the next case until there
is none.

Usage: client.py URL
"""

import asyncio
import logging
import sys

from tornado.websocket import websocket_connect

MAX_MESSAGE = 64 * 1024 * 1024


async def echo(url):
    """Echoes until the connection ends; tells the reason of the Close."""
    connection = await websocket_connect(
        url, compression_options={}, max_message_size=MAX_MESSAGE
    )
    while (message := await connection.read_message()) is not None:
        if isinstance(message, str) and message.startswith("wscheck:close"):
            _, *words = message.split(" ", 2)
            connection.close(*[int(word) for word in words[:1]], *words[1:])
        else:
            await connection.write_message(message, binary=isinstance(message, bytes))
    return connection.close_reason


async def main(url):
    reason = None
    while reason != "no more cases":
        try:
            reason = await echo(url)
        except ConnectionRefusedError:
            raise  # nobody is there any more
        except Exception:
            pass  # what the cases provoke, answers that nothing can be made of among it


logging.disable(logging.CRITICAL)  # failed connections are what the cases provoke
asyncio.run(main(sys.argv[1] + "/next?agent=tornado"))
