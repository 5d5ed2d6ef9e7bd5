// Echo over ws, which compresses every message. Usage: node server.js [PORT]

import { WebSocketServer } from 'ws';
import { closeCommand } from '../close_command.js';

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2] ?? 0),
  perMessageDeflate: { threshold: 0, zlibDeflateOptions: { level: 6 } },
  maxPayload: 64 * 1024 * 1024,
});

server.on('listening', () => console.log(`ws://127.0.0.1:${server.address().port}`));

server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => {
    const command = isBinary ? undefined : closeCommand(data);
    if (command) socket.close(...command);
    else socket.send(data, { binary: isBinary });
  });
  socket.on('error', () => {}); // ws has already failed the connection
});
