// Echo over websocket-driver with permessage-deflate.
// Usage: node server.js [PORT]

import { createServer } from 'node:net';
import deflate from 'permessage-deflate';
import websocket from 'websocket-driver';
import { closeCommand } from '../close_command.js';

// What is no good request for a WebSocket is left to us.
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => {});

  const driver = websocket.server({ maxLength: 64 * 1024 * 1024 });
  driver.addExtension(deflate);
  driver.on('connect', () => {
    if (websocket.isWebSocket(driver)) driver.start();
    else socket.end(BAD_REQUEST);
  });
  driver.on('message', ({ data }) => {
    const command = typeof data === 'string' ? closeCommand(data) : undefined;
    if (command) driver.close(command[1], command[0]);
    else if (typeof data === 'string') driver.text(data);
    else driver.binary(data);
  });
  driver.on('error', () => {}); // the driver has already failed the connection
  driver.on('close', () => socket.end());

  socket.pipe(driver.io).pipe(socket);
});

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () =>
  console.log(`ws://127.0.0.1:${server.address().port}`),
);
