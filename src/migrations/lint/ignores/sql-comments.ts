/** One comment of an SQL text. */
export interface SqlComment {
  /** Index of its first character, and of the first one after it. */
  readonly start: number;
  readonly end: number;
  /** What it says, without `--` or the stars. */
  readonly text: string;
}

/** Where anything begins in which two hyphens are no comment, and comments themselves. */
const OPENERS = /--|\/\*|'|"|\$(?:[A-Za-z_\u0080-\uFFFF][\w\u0080-\uFFFF]*)?\$/g;
/** A name that goes on up to the end: in it, dollars are letters. A number is none, and a parameter ends before it. */
const NAME_END = /(?:^|[^\w$\u0080-\uFFFF])(?:\$\d+)?[A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*$/;
const ESCAPE_STRING = /(?:^|[^\w$\u0080-\uFFFF])[eE]$/;
/** Names are cut off at 63 bytes; nobody writes one this long. */
const NAME_LENGTH_MAX = 200;

/**
 * The comments of an SQL text, as Postgres' own scanner sees them: none within strings, quoted names and dollar quotes;
 * block comments nest. Any text at all will do: what is never closed goes on to the end.
 */
export function sqlComments(text: string): readonly SqlComment[] {
  const comments: SqlComment[] = [];
  OPENERS.lastIndex = 0;
  let before = 0;
  for (let found = OPENERS.exec(text); found !== null; found = OPENERS.exec(text)) {
    const { index: start, 0: opener } = found;
    const end = endOf(text, {
      start,
      opener,
      before: text.slice(Math.max(before, start - NAME_LENGTH_MAX), start),
    });
    if (opener === '--') comments.push({ start, end, text: text.slice(start + 2, end) });
    if (opener === '/*') comments.push({ start, end, text: text.slice(start + 2, end).replace(/\*\/$/, '') });
    OPENERS.lastIndex = end;
    if (end > start + 1) before = end;
  }
  return comments;
}

/** Something that is opened, and what stands in front of it since the last one was closed. */
interface Opened {
  readonly start: number;
  readonly opener: string;
  readonly before: string;
}

function endOf(text: string, { start, opener, before }: Opened): number {
  const from = start + opener.length;
  if (opener === '--') return lineEnd(text, from);
  if (opener === '/*') return blockEnd(text, from);
  if (opener === '"') return after(text, '"', from);
  if (opener === "'")
    return ESCAPE_STRING.test(before) ? escapeStringEnd(text, from) : after(text, "'", from);
  return NAME_END.test(before) ? start + 1 : after(text, opener, from);
}

function lineEnd(text: string, from: number): number {
  const breaks = /[\r\n]/g;
  breaks.lastIndex = from;
  return breaks.exec(text)?.index ?? text.length;
}

/** A doubled quote ends one string and begins the next one: for comments it comes to the same. */
function after(text: string, closer: string, from: number): number {
  const at = text.indexOf(closer, from);
  return at === -1 ? text.length : at + closer.length;
}

function escapeStringEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === "'" && text[at + 1] === "'") at += 1;
    else if (text[at] === "'") return at + 1;
  }
  return text.length;
}

function blockEnd(text: string, from: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = from;
  let depth = 1;
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return text.length;
}
