/** One statement of a script, without its semicolon. */
export interface Statement {
  readonly text: string;
  /** Of its first character, from 1. */
  readonly line: number;
}

/** What may hide a semicolon: strings, quoted names, dollar quotes, comments. Block comments nest. */
const PIECE =
  /[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*|(?<![\w$])\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|;/g;

/** Cuts a script where its statements end, as psql does. Empty ones are left out. */
export function splitStatements(script: string): readonly Statement[] {
  const statements: Statement[] = [];
  let from = 0;
  const take = (to: number): void => {
    const text = script.slice(from, to);
    const begin = from + lengthOfBlanks(text);
    from = to + 1;
    if (begin >= to) return;
    const line = script.slice(0, begin).split('\n').length;
    statements.push({ text: script.slice(begin, to).trimEnd(), line });
  };
  PIECE.lastIndex = 0;
  for (let found = PIECE.exec(script); found !== null; found = PIECE.exec(script)) {
    const [piece] = found;
    if (piece === ';') take(found.index);
    else if (piece === '/*') PIECE.lastIndex = endOfComment(script, found.index);
    else if (piece.startsWith('$')) {
      const end = script.indexOf(piece, PIECE.lastIndex);
      PIECE.lastIndex = end === -1 ? script.length : end + piece.length;
    }
  }
  take(script.length);
  return statements;
}

/** Blanks and comments before the first word. */
function lengthOfBlanks(text: string): number {
  let at = 0;
  for (;;) {
    const blank = /^(?:\s+|--[^\n]*(?:\n|$))/.exec(text.slice(at));
    if (blank !== null) at += blank[0].length;
    else if (text.startsWith('/*', at)) at = endOfComment(text, at);
    else return at;
  }
}

function endOfComment(script: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let found = edge.exec(script); found !== null; found = edge.exec(script)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return script.length;
}
