/** Characters of a message that are kept: what a person reads of one failure. */
const MESSAGE_LENGTH_MAX = 4000;

// oxlint-disable-next-line no-control-regex -- the escape sequences of colours are control characters
const ESCAPES = /\u001B\[[0-9;?]*[A-Za-z]|\u001B\][^\u0007]{0,500}\u0007/g;
// oxlint-disable-next-line no-control-regex -- all that moves a cursor
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F]/g;

/** A text of a tool without colours, without the blank lines around it, and no longer than somebody reads. */
export function reportText(text: string, lengthMax: number = MESSAGE_LENGTH_MAX): string {
  // Twice as much leaves enough after colours are gone; nobody's megabytes are searched.
  const head = text.slice(0, lengthMax * 2).replaceAll('\r\n', '\n');
  const plain = head.replaceAll(ESCAPES, '').replaceAll(CONTROLS, '');
  const trimmed = plain.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
  const isCut = trimmed.length > lengthMax || text.length > lengthMax * 2;
  return isCut ? `${trimmed.slice(0, lengthMax - 1).toWellFormed()}…` : trimmed.toWellFormed();
}
