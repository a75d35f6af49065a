/** One instruction, with what was continued on the lines below put together. */
export interface Instruction {
  /** In capitals: `RUN`. */
  readonly name: string;
  /** What stands behind it, in one line. Of a heredoc, with its text behind. */
  readonly text: string;
  /** `--mount=…`, `--from=build`: in front of the rest. */
  readonly flags: readonly string[];
  /** `text` without the flags. */
  readonly rest: string;
  /** The words of the form in brackets; null for the form of the shell. */
  readonly json: readonly string[] | null;
  /** The texts behind `<<NAME`, one for each. */
  readonly heredocs: readonly string[];
  /** From 1. */
  readonly line: number;
}

/** From one `FROM` to the next. */
export interface Stage {
  /** Null where it has none. In small letters, as names of stages are told apart without case. */
  readonly name: string | null;
  /** As written: `node:24-slim`, `$NODE_IMAGE`, the name of an earlier stage. */
  readonly base: string;
  /** `base` with the arguments before the first `FROM` put in. */
  readonly image: string;
  /** The earlier stage that it goes on from; null for an image from outside. */
  readonly from: Stage | null;
  /** `FROM` itself first. */
  readonly instructions: readonly Instruction[];
}

/** A Dockerfile that was read. */
export interface Dockerfile {
  readonly path: string;
  readonly text: string;
  /** All in the order of the file, `ARG` before the first `FROM` too. */
  readonly instructions: readonly Instruction[];
  readonly stages: readonly Stage[];
  /** Lines that are no instruction. */
  readonly strange: readonly { readonly line: number; readonly text: string }[];
}

const NAMES = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  ),
);

/** Instructions in which `<<NAME` begins a heredoc (Dockerfile reference, "Here-Documents"). */
const WITH_HEREDOC = new Set(['RUN', 'COPY', 'ADD']);

/**
 * Reads a Dockerfile as BuildKit does: comments, lines that go on behind `\` (or what `# escape=` says), heredocs, flags, both
 * forms of commands, stages. Never throws: what is no instruction is named.
 */
export function parseDockerfile(path: string, text: string): Dockerfile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const escape = /^#\s*escape\s*=\s*(`|\\)/im.exec(directives(lines))?.[1] ?? '\\';
  const instructions: Instruction[] = [];
  const strange: { line: number; text: string }[] = [];
  for (let at = 0; at < lines.length;) {
    const joined = joinLines(lines, at, escape);
    const [, word = '', rest = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(joined.text) ?? [];
    const name = word.toUpperCase();
    const heredoc = WITH_HEREDOC.has(name)
      ? readHeredocs(lines, joined.next, rest)
      : { texts: [], next: joined.next };
    if (NAMES.has(name))
      instructions.push(instructionOf(name, rest.trim(), heredoc.texts, at + joined.skipped + 1));
    else if (word !== '') strange.push({ line: at + joined.skipped + 1, text: joined.text.trim() });
    at = heredoc.next;
  }
  return { path, text, instructions, stages: stagesOf(instructions), strange };
}

/** The comments at the top, in which parser directives stand. */
function directives(lines: readonly string[]): string {
  const end = lines.findIndex((line) => !line.startsWith('#'));
  return lines.slice(0, end < 0 ? lines.length : end).join('\n');
}

interface Joined {
  readonly text: string;
  /** The index of the first line behind it. */
  readonly next: number;
  /** Comments and empty lines in front. */
  readonly skipped: number;
}

/** One instruction with its continuation lines; comments and empty lines in between do not end it. */
function joinLines(lines: readonly string[], from: number, escape: string): Joined {
  const parts: string[] = [];
  let skipped = 0;
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (/^\s*(#|$)/.test(line)) {
      if (parts.length === 0) skipped++;
      continue;
    }
    const trimmed = line.trimEnd();
    const goesOn = trimmed.endsWith(escape);
    parts.push(goesOn ? trimmed.slice(0, -1) : line);
    if (!goesOn) return { text: parts.join(' '), next: at + 1, skipped };
  }
  return { text: parts.join(' '), next: lines.length, skipped };
}

function readHeredocs(
  lines: readonly string[],
  from: number,
  rest: string,
): { readonly texts: readonly string[]; readonly next: number } {
  const texts: string[] = [];
  let next = from;
  for (const [, dash, , name = ''] of rest.matchAll(/(?<![<\w])<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
    const body: string[] = [];
    for (; next < lines.length; next++) {
      const line = dash === '-' ? (lines[next] ?? '').replace(/^\t+/, '') : (lines[next] ?? '');
      if (line === name) break;
      body.push(line);
    }
    next++;
    texts.push(body.join('\n'));
  }
  return { texts, next: Math.min(next, lines.length) };
}

function instructionOf(name: string, text: string, heredocs: readonly string[], line: number): Instruction {
  const flags = /^(?:--[\w-]+(?:=\S*)?\s+)*/.exec(`${text} `)?.[0].trim() ?? '';
  const rest = text.slice(flags.length).trim();
  return {
    name,
    text: [text, ...heredocs].join('\n'),
    flags: flags === '' ? [] : flags.split(/\s+/),
    rest: [rest, ...heredocs].join('\n'),
    json: jsonOf(rest),
    heredocs,
    line,
  };
}

function jsonOf(rest: string): readonly string[] | null {
  if (!rest.startsWith('[')) return null;
  try {
    const words: unknown = JSON.parse(rest);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : null;
  } catch {
    return null;
  }
}

function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  const args = new Map<string, string>();
  for (const instruction of instructions) {
    const current = stages.at(-1);
    if (instruction.name === 'FROM') stages.push(stageOf(instruction, stages, args));
    else if (current !== undefined) current.instructions.push(instruction);
    // `ARG IMAGE` alone waits for who builds.
    else for (const [key, value] of pairsOf(instruction)) if (value !== '') args.set(key, value);
  }
  return stages;
}

function stageOf(
  from: Instruction,
  before: readonly Stage[],
  args: ReadonlyMap<string, string>,
): Stage & { instructions: Instruction[] } {
  const [, base = '', name] = /^(\S+)(?:\s+as\s+(\S+))?/i.exec(from.rest) ?? [];
  const image = base.replace(/\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)/g, (whole, key, other, plain) => {
    return args.get(String(key ?? plain)) ?? (typeof other === 'string' ? other : whole);
  });
  const earlier = before.find((stage) => stage.name === image.toLowerCase()) ?? null;
  return { name: name?.toLowerCase() ?? null, base, image, from: earlier, instructions: [from] };
}

/** The names and values of an `ARG` or `ENV`: `A=1 B="2"`, or the old `A 1`; nothing is the value of `ARG A`. */
export function pairsOf({ name, rest }: Instruction): readonly (readonly [string, string])[] {
  const old = name === 'ENV' ? /^([^\s=]+)\s+(.*)$/.exec(rest) : null;
  if (old !== null) return [[old[1] ?? '', old[2] ?? '']];
  return [...rest.matchAll(/([^\s=]+)(?:=("(?:[^"\\]|\\.)*"|'[^']*'|(?:[^\s\\]|\\.)*))?/g)].map(
    ([, key = '', value = '']) => [key, value.replace(/^(["'])([\s\S]*)\1$/, '$2')] as const,
  );
}

/** The stage and those it goes on from, the last first. */
export function lineage(stage: Stage): readonly Stage[] {
  return stage.from === null ? [stage] : [stage, ...lineage(stage.from)];
}
