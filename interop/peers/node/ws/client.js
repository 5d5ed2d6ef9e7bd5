// A client over ws that sends every message back.
// Usage: node client.js URL AGENT [count|next]
//
// count runs the cases by their numbers and asks for reports, as the original has it;
// next takes the next case until there is none.

import WebSocket from 'ws';
import { closeCommand } from '../close_command.js';

const [url, name, manner = 'count'] = process.argv.slice(2);
const agent = encodeURIComponent(name);

// Gives each message to `hear`, and tells the reason of the Close when all is over.
function talk(path, hear) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url + path, { maxPayload: 64 * 1024 * 1024 });
    socket.on('message', (data, isBinary) => hear(data, isBinary, socket));
    socket.on('error', (error) => {
      // Nobody is there any more; whatever else it is, ws has failed the connection.
      if (error.code === 'ECONNREFUSED') reject(error);
    });
    socket.on('close', (_, reason) => resolve(reason.toString()));
  });
}

function echo(data, isBinary, socket) {
  const command = isBinary ? undefined : closeCommand(data);
  if (command) socket.close(...command);
  else socket.send(data, { binary: isBinary });
}

async function count() {
  let cases = 0;
  await talk('/getCaseCount', (data) => (cases = Number(data)));
  for (let number = 1; number <= cases; number++) {
    await talk(`/runCase?case=${number}&agent=${agent}`, echo);
  }
  await talk(`/updateReports?agent=${agent}`, () => {});
}

async function next() {
  while ((await talk(`/next?agent=${agent}`, echo)) !== 'no more cases');
}

await { count, next }[manner]();
