import type { Dockerfile, Instruction } from './parse-dockerfile.ts';

/** One command of a RUN, with its words; what stands between `|` is one pipe. */
export interface ShellCommand {
  readonly instruction: Instruction;
  /** The line of the RUN. */
  readonly line: number;
  /** Without assignments in front and quotes around. */
  readonly words: readonly string[];
  /** The command that it reads from, in a pipe. */
  readonly reads: ShellCommand | null;
}

/** The commands of all RUNs, as a shell takes them apart: by `&&`, `;`, `|` and lines, outside of quotes. */
export function shellCommands({ instructions }: Pick<Dockerfile, 'instructions'>): readonly ShellCommand[] {
  return instructions.filter(({ name }) => name === 'RUN').flatMap(commandsOf);
}

function commandsOf(instruction: Instruction): readonly ShellCommand[] {
  if (instruction.json !== null) return commandsOfJson(instruction, instruction.json);
  // A heredoc's text is the script; what stands before it only names it.
  const script = instruction.heredocs.length > 0 ? instruction.heredocs.join('\n') : instruction.rest;
  const commands: ShellCommand[] = [];
  for (const { text, isPiped } of pieces(script)) {
    const reads = isPiped ? (commands.at(-1) ?? null) : null;
    const words = wordsOf(text);
    if (words.length > 0) commands.push({ instruction, line: instruction.line, words, reads });
  }
  return commands;
}

function commandsOfJson(instruction: Instruction, json: readonly string[]): readonly ShellCommand[] {
  const [shell = '', flag = '', script = ''] = json;
  if (/(^|\/)(ba|da|a|z)?sh$/.test(shell) && /^-\w*c$/.test(flag))
    return commandsOf({ ...instruction, json: null, heredocs: [], rest: script });
  return [{ instruction, line: instruction.line, words: json, reads: null }];
}

function pieces(script: string): readonly { readonly text: string; readonly isPiped: boolean }[] {
  const found: { text: string; isPiped: boolean }[] = [];
  let isPiped = false;
  let text = '';
  const close = (nextIsPiped: boolean): void => {
    found.push({ text, isPiped });
    isPiped = nextIsPiped;
    text = '';
  };
  for (const [token] of script.matchAll(
    /\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*'|&&|\|\||[;&|\n()]|[\s\S]/g,
  )) {
    if (/^(&&|\|\||[;\n()])$/.test(token)) close(false);
    else if (token === '|') close(true);
    // `2>&1` is no end of a command.
    else if (token === '&' && !/[<>]$/.test(text)) close(false);
    else text += token;
  }
  close(false);
  return found;
}

const KEYWORDS = new Set(['then', 'else', 'do', 'if', 'while', 'until', '!', '{', 'exec', 'time', 'command']);

function wordsOf(text: string): readonly string[] {
  const words = [...text.matchAll(/(?:"(?:[^"\\]|\\[\s\S])*"|'[^']*'|\\[\s\S]|[^\s"'\\])+/g)].map(([word]) =>
    word.replace(/\\\n/g, '').replace(/^(["'])([\s\S]*)\1$/, '$2'),
  );
  let from = 0;
  while (KEYWORDS.has(words[from] ?? '') || /^\w+=/.test(words[from] ?? '')) from++;
  return words.slice(from);
}

/** The name of the program, without its folder. */
export function programOf({ words: [program = ''] }: ShellCommand): string {
  return program.split('/').at(-1) ?? '';
}

/** Words that are neither the program nor an option. */
export function argumentsOf({ words }: ShellCommand): readonly string[] {
  return words.slice(1).filter((word) => !word.startsWith('-'));
}
