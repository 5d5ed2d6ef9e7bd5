"""A client over aiohttp that sends every message back and takes the next case until there
is none.

Usage: client.py URL
"""

import asyncio
import sys

import aiohttp
from aiohttp import WSCloseCode, WSMsgType

MAX_MESSAGE = 64 * 1024 * 1024


async def echo(session, url):
    """Echoes until the connection ends; tells the reason of the Close."""
    async with session.ws_connect(url, max_msg_size=MAX_MESSAGE, compress=15) as socket:
        while True:
            message = await socket.receive()
            if message.type is WSMsgType.TEXT and message.data.startswith("wscheck:close"):
                await close(socket, *message.data.split(" ", 2)[1:])
            elif message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
            elif message.type is WSMsgType.BINARY:
                await socket.send_bytes(message.data)
            elif message.type is WSMsgType.CLOSE:
                return message.extra
            else:
                return None


async def close(socket, code=WSCloseCode.OK, reason=""):
    """As a message asks for; the library has no Close without a code."""
    await socket.close(code=int(code), message=reason.encode())


async def main(url):
    reason = None
    async with aiohttp.ClientSession() as session:
        while reason != "no more cases":
            try:
                reason = await echo(session, url)
            except aiohttp.ClientConnectorError:
                raise  # nobody is there any more
            except Exception:
                pass  # what the cases provoke, answers that nothing can be made of among it


asyncio.run(main(sys.argv[1] + "/next?agent=aiohttp"))
