// A client over the WebSocket of undici, which is node's own, that sends every message back
// and takes the next case until there is none. Usage: node client.js URL

import { WebSocket } from 'undici';

const url = `${process.argv[2]}/next?agent=undici`;

function next() {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => socket.send(data);
  socket.onerror = () => {}; // many cases end like that
  socket.onclose = ({ reason }) => {
    if (reason !== 'no more cases') next();
  };
}

next();
