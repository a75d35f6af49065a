/** Words of the shell that only lead to a command. */
const LEADING = new Set([
  'if',
  'then',
  'elif',
  'else',
  'while',
  'until',
  'do',
  '!',
  'time',
  'exec',
  'command',
  'builtin',
  'env',
  'nice',
  'nohup',
  'xargs',
  'sudo',
  'timeout',
]);

/** Options of these words that have a value behind them: `env -u NAME`, `xargs -n 1`, `sudo -u USER`. */
const WITH_VALUE = /^-[unILPkCg]$/;

/** Takes a script as an argument, which consists of commands itself. */
const SHELLS = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash']);

/** Scripts within scripts, deeper than anybody writes. */
const DEPTH_MAX = 8;

/**
 * The words of every simple command in a line of shell: behind `&&`, `|` and `;`, in parentheses, in `$(…)` and `sh -c '…'`,
 * without variables and redirections before or behind them. What only the running shell knows (`$TOOL`) is left as it stands.
 */
export function simpleCommands(line: string, depth = 0): string[][] {
  if (depth > DEPTH_MAX) return [];
  const { commands, nested } = split(line);
  const plain = commands.map(withoutLead).filter((words) => words.length > 0);
  const scripts = plain.flatMap((words) => {
    const at = words.findIndex((word) => /^-\w*c$/.test(word));
    return SHELLS.has(words[0] ?? '') && at !== -1 ? [words[at + 1] ?? ''] : [];
  });
  return [...plain, ...[...nested, ...scripts].flatMap((script) => simpleCommands(script, depth + 1))];
}

function withoutLead(words: readonly string[]): string[] {
  let at = 0;
  for (let isTimeout = false; at < words.length; at += 1) {
    const word = words[at] ?? '';
    isTimeout ||= word === 'timeout';
    const isDuration = isTimeout && /^\d+(\.\d+)?[smhd]?$/.test(word);
    const isOption = at > 0 && word.startsWith('-');
    if (isOption && WITH_VALUE.test(word)) at += 1;
    if (!LEADING.has(word) && !/^\w+=/.test(word) && !isDuration && !isOption) break;
  }
  return words.slice(at);
}

/** Where reading stands. */
interface Reading {
  readonly line: string;
  at: number;
  word: string | null;
  isTarget: boolean;
  words: string[];
  readonly commands: string[][];
  readonly nested: string[];
}

function split(line: string): { commands: string[][]; nested: string[] } {
  const reading: Reading = { line, at: 0, word: null, isTarget: false, words: [], commands: [], nested: [] };
  for (; reading.at < line.length; reading.at += 1) readOne(reading);
  endCommand(reading);
  return { commands: reading.commands, nested: reading.nested };
}

function readOne(reading: Reading): void {
  const { line, at } = reading;
  const char = line.charAt(at);
  if (char === '#' && reading.word === null) {
    const end = line.indexOf('\n', at);
    reading.at = end === -1 ? line.length : end;
    endCommand(reading);
  } else if (char === "'") {
    const end = closing(line, "'", at);
    add(reading, line.slice(at + 1, end));
    reading.at = end;
  } else if (char === '"') readDoubleQuoted(reading);
  else if (char === '\\') {
    // A line that goes on is no word.
    if (line.charAt(at + 1) !== '\n') add(reading, line.charAt(at + 1));
    reading.at += 1;
  } else if (isSubstitution(line, at)) readSubstitution(reading);
  else if (char === '>' || char === '<') {
    // `2>&1`: the number before belongs to it, and the word behind is a file.
    if (/^\d*$/.test(reading.word ?? '')) reading.word = null;
    endWord(reading);
    while (/[<>&]/.test(line.charAt(reading.at + 1))) reading.at += 1;
    reading.isTarget = true;
  } else if (/[;&|\n(){}]/.test(char) && !isInWord(reading, char)) endCommand(reading);
  else if (/\s/.test(char)) endWord(reading);
  else add(reading, char);
}

/** A brace stands alone where it groups commands; else it is a letter, as in `*.{ts,js}`. */
function isInWord({ line, at, word }: Reading, char: string): boolean {
  return char === '{' || char === '}' ? word !== null || !/[\s;]|^$/.test(line.charAt(at + 1)) : false;
}

function readDoubleQuoted(reading: Reading): void {
  const { line } = reading;
  add(reading, '');
  for (reading.at += 1; reading.at < line.length && line.charAt(reading.at) !== '"'; reading.at += 1) {
    if (isSubstitution(line, reading.at)) readSubstitution(reading);
    else {
      if (line.charAt(reading.at) === '\\') reading.at += 1;
      add(reading, line.charAt(reading.at));
    }
  }
}

function isSubstitution(line: string, at: number): boolean {
  return line.charAt(at) === '`' || line.startsWith('$(', at);
}

function readSubstitution(reading: Reading): void {
  const { line, at } = reading;
  const isTick = line.charAt(at) === '`';
  const end = isTick ? closing(line, '`', at) : closingParenthesis(line, at + 1);
  reading.nested.push(line.slice(at + (isTick ? 1 : 2), end));
  add(reading, '$');
  reading.at = end;
}

function closing(line: string, quote: string, from: number): number {
  const end = line.indexOf(quote, from + 1);
  return end === -1 ? line.length : end;
}

function closingParenthesis(line: string, from: number): number {
  let depth = 0;
  for (let at = from; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === "'") at = closing(line, "'", at);
    else if (char === '(') depth += 1;
    else if (char === ')' && --depth === 0) return at;
  }
  return line.length;
}

function add(reading: Reading, text: string): void {
  reading.word = (reading.word ?? '') + text;
}

function endWord(reading: Reading): void {
  if (reading.word !== null && !reading.isTarget) reading.words.push(reading.word);
  if (reading.word !== null) reading.isTarget = false;
  reading.word = null;
}

function endCommand(reading: Reading): void {
  endWord(reading);
  if (reading.words.length > 0) reading.commands.push(reading.words);
  reading.words = [];
  reading.isTarget = false;
}
