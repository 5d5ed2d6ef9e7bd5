// A client over the WebSocket of undici, which is node's own, that sends every message back
// and takes the next case until there is none. Usage: node client.js URL

import { subscribe } from 'node:diagnostics_channel';
import { WebSocket } from 'undici';
import { closeCommand } from '../close_command.js';

const url = `${process.argv[2]}/next?agent=undici`;

// No event of a WebSocket tells a refused connection of TCP from an answer that was bad.
subscribe('undici:client:connectError', ({ error }) => {
  if (error.code === 'ECONNREFUSED') throw error; // nobody is there any more
});

// The API of browsers has no close() with other codes.
const mayClose = (code = 1000) => code === 1000 || (code >= 3000 && code <= 4999);

function next() {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => {
    const command = typeof data === 'string' ? closeCommand(data) : undefined;
    if (command && mayClose(...command)) socket.close(...command);
    else socket.send(data);
  };
  socket.onclose = ({ reason }) => {
    if (reason !== 'no more cases') next();
  };
  socket.onerror = () => {
    // After an answer that was bad, undici 6 gives no close event.
    if (socket.readyState !== WebSocket.CONNECTING) return;
    socket.onclose = null;
    setImmediate(next);
  };
}

next();
