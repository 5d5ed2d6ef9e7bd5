// Echo over websocket, known as WebSocket-Node. Usage: node server.js [PORT]

import { createServer } from 'node:http';
import websocket from 'websocket';
import { closeCommand } from '../close_command.js';

const MAX_MESSAGE = 64 * 1024 * 1024;
const http = createServer((_, response) => response.writeHead(404).end());

// The library refuses requests without listening for errors of their sockets: see
// https://github.com/theturtle32/WebSocket-Node/issues/458
http.on('connection', (socket) => socket.on('error', () => {}));

const server = new websocket.server({
  httpServer: http,
  maxReceivedFrameSize: MAX_MESSAGE,
  maxReceivedMessageSize: MAX_MESSAGE,
  fragmentOutgoingMessages: false,
  keepalive: false,
});

server.on('request', (request) => {
  const connection = request.accept(null, request.origin);
  connection.on('message', ({ type, utf8Data, binaryData }) => {
    if (type === 'binary') return connection.sendBytes(binaryData);
    const command = closeCommand(utf8Data);
    if (command) connection.close(...command);
    else connection.sendUTF(utf8Data);
  });
  connection.on('error', () => {}); // the connection is over by then
});

http.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () =>
  console.log(`ws://127.0.0.1:${http.address().port}`),
);
