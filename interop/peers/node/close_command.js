// The message that asks a testee to close, as docs/conventions.md has it.

const LONGEST = 256; // the command, a code, a reason of 123 octets

// What close() is to be given if this text, a string or a Buffer, asks for it: nothing, a
// code, or a code and a reason.
export function closeCommand(text) {
  const [command, code, ...reason] = text.toString('utf8', 0, LONGEST).split(' ', LONGEST);
  if (command !== 'wscheck:close') return undefined;
  return code === undefined ? [] : [Number(code), reason.join(' ')];
}
