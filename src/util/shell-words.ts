/**
 * Splits a command into words as a POSIX shell does: quotes and backslashes, no expansion. What needs a shell (pipes,
 * variables) is written as `sh -c '…'`, as in fly.toml's `release_command`. Null when a quote is not closed.
 */
export function shellWords(command: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < command.length; at++) {
    const char = command.charAt(at);
    if (char === "'" || char === '"') {
      const quoted = quotedText(command, at);
      if (quoted === null) return null;
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (char === '\\' && at + 1 < command.length) {
      word = (word ?? '') + command.charAt(++at);
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

/** The command that `shellWords` splits into these words again. */
export function shellCommand(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

/** The text between the quote at `start` and its partner; inside double quotes a backslash escapes `\`, `"`, `$` and a backtick. */
function quotedText(command: string, start: number): { text: string; end: number } | null {
  const quote = command.charAt(start);
  let text = '';
  for (let at = start + 1; at < command.length; at++) {
    const char = command.charAt(at);
    if (char === quote) return { text, end: at };
    const next = command.charAt(at + 1);
    if (quote === '"' && char === '\\' && ['\\', '"', '$', '`'].includes(next)) {
      text += next;
      at++;
    } else {
      text += char;
    }
  }
  return null;
}
