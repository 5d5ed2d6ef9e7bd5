// A client over websocket, known as WebSocket-Node, that sends every message back and takes
// the next case until there is none. Usage: node client.js URL

import websocket from 'websocket';
import { closeCommand } from '../close_command.js';

const MAX_MESSAGE = 64 * 1024 * 1024;
const url = `${process.argv[2]}/next?agent=websocket`;

function next() {
  const client = new websocket.client({
    maxReceivedFrameSize: MAX_MESSAGE,
    maxReceivedMessageSize: MAX_MESSAGE,
    fragmentOutgoingMessages: false,
  });
  client.on('connectFailed', (error) => {
    // Nobody is there any more; whatever else it is, the next case comes.
    if (error.code !== 'ECONNREFUSED') next();
  });
  client.on('connect', (connection) => {
    connection.on('message', ({ type, utf8Data, binaryData }) => {
      if (type === 'binary') return connection.sendBytes(binaryData);
      const command = closeCommand(utf8Data);
      if (command) connection.close(...command);
      else connection.sendUTF(utf8Data);
    });
    connection.on('error', () => {}); // many cases end like that
    connection.on('close', (_, reason) => {
      if (reason !== 'no more cases') next();
    });
  });
  client.connect(url);
}

next();
