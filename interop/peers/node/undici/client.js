// A client over the WebSocket of undici, which is node's own, that sends every message back
// and takes the next case until there is none. Usage: node client.js URL

import { subscribe } from 'node:diagnostics_channel';
import { WebSocket } from 'undici';

const url = `${process.argv[2]}/next?agent=undici`;

// No event of a WebSocket tells a refused connection of TCP from an answer that was bad.
subscribe('undici:client:connectError', ({ error }) => {
  if (error.code === 'ECONNREFUSED') throw error; // nobody is there any more
});

function next() {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => socket.send(data);
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
