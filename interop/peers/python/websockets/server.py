"""Echo over websockets. Usage: server.py [PORT]"""

import asyncio
import logging
import sys

from websockets.asyncio.server import serve

MAX_MESSAGE = 64 * 1024 * 1024


async def echo(connection):
    async for message in connection:
        if isinstance(message, str) and message.startswith("wscheck:close"):
            _, *words = message.split(" ", 2)
            await connection.close(*[int(word) for word in words[:1]], *words[1:])
        else:
            await connection.send(message)


async def main(port):
    async with serve(
        echo, "127.0.0.1", port, max_size=MAX_MESSAGE, ping_interval=None
    ) as server:
        bound = server.sockets[0].getsockname()[1]
        print(f"ws://127.0.0.1:{bound}", flush=True)
        await server.serve_forever()


logging.disable(logging.CRITICAL)  # failed connections are what the cases provoke
asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
