// Echo over ws with faults that are common: it takes no message above 1000 octets, believes
// any text to be UTF-8, and loses the end of every seventh message. Usage: node careless.js [PORT]

import { WebSocketServer } from 'ws';

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2] ?? 0),
  perMessageDeflate: false,
  maxPayload: 1000,
  skipUTF8Validation: true,
});

server.on('listening', () => console.log(`ws://127.0.0.1:${server.address().port}`));

server.on('connection', (socket) => {
  let count = 0;
  socket.on('message', (data, isBinary) => {
    count += 1;
    const end = count % 7 === 0 ? Math.max(data.length - 1, 0) : data.length;
    socket.send(data.subarray(0, end), { binary: isBinary });
  });
  socket.on('error', () => {}); // ws has already failed the connection
});
