"""Echo over tornado, with compression. Usage: server.py [PORT]"""

import asyncio
import logging
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler

MAX_MESSAGE = 64 * 1024 * 1024


class Echo(WebSocketHandler):
    def check_origin(self, origin):
        return True

    def get_compression_options(self):
        return {}

    def on_message(self, message):
        if isinstance(message, str) and message.startswith("wscheck:close"):
            _, *words = message.split(" ", 2)
            self.close(*[int(word) for word in words[:1]], *words[1:])
        else:
            self.write_message(message, binary=isinstance(message, bytes))


async def main(port):
    application = Application(
        [(".*", Echo)], websocket_max_message_size=MAX_MESSAGE, log_function=lambda _: None
    )
    sockets = bind_sockets(port, "127.0.0.1")
    HTTPServer(application).add_sockets(sockets)
    print(f"ws://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


logging.disable(logging.CRITICAL)  # failed connections are what the cases provoke
asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
