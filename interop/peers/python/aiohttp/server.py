"""Echo over aiohttp. Usage: server.py [PORT]"""

import asyncio
import logging
import sys

from aiohttp import WSCloseCode, WSMsgType, web

MAX_MESSAGE = 64 * 1024 * 1024


async def echo(request):
    socket = web.WebSocketResponse(max_msg_size=MAX_MESSAGE)
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT and message.data.startswith("wscheck:close"):
            await close(socket, *message.data.split(" ", 2)[1:])
        elif message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await socket.send_bytes(message.data)
    return socket


async def close(socket, code=WSCloseCode.OK, reason=""):
    """As a message asks for; the library has no Close without a code."""
    await socket.close(code=int(code), message=reason.encode())


async def main(port):
    application = web.Application()
    application.add_routes([web.get("/{any:.*}", echo)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(f"ws://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


logging.disable(logging.CRITICAL)  # failed connections are what the cases provoke
asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
