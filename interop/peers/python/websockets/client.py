"""A client over websockets that sends every message back.

Usage: client.py URL AGENT [count|next]

count runs the cases by their numbers and asks for reports, as the original has it;
next takes the next case until there is none.
"""

import asyncio
import logging
import sys
from urllib.parse import quote

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

MAX_MESSAGE = 64 * 1024 * 1024


async def echo(url):
    """Echoes until the connection ends; tells the reason of the Close."""
    connection = None
    try:
        # By default it waits ten seconds for a Close that does not come.
        options = {"max_size": MAX_MESSAGE, "ping_interval": None, "close_timeout": 1}
        async with connect(url, **options) as connection:
            async for message in connection:
                if isinstance(message, str) and message.startswith("wscheck:close"):
                    _, *words = message.split(" ", 2)
                    await connection.close(*[int(word) for word in words[:1]], *words[1:])
                else:
                    await connection.send(message)
    except ConnectionRefusedError:
        raise  # nobody is there any more
    except (OSError, WebSocketException):
        pass  # what the cases provoke
    return connection.close_reason if connection else None


async def count(url, agent):
    async with connect(f"{url}/getCaseCount") as connection:
        cases = int(await connection.recv())
    for number in range(1, cases + 1):
        await echo(f"{url}/runCase?case={number}&agent={agent}")
    await echo(f"{url}/updateReports?agent={agent}")


async def take_next(url, agent):
    while await echo(f"{url}/next?agent={agent}") != "no more cases":
        pass


logging.disable(logging.CRITICAL)  # failed connections are what the cases provoke
url, name, manner = (sys.argv[1:] + ["count"])[:3]
asyncio.run({"count": count, "next": take_next}[manner](url, quote(name, safe="")))
