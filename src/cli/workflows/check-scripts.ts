import type { OutsideFound } from '../../workflows/lint-files.ts';
import { fileKind } from '../../workflows/read/file-kind.ts';
import type { SourceFile } from '../../workflows/read/source-file.ts';
import { SCRIPT_RULE } from '../../workflows/rules/outside-rules.ts';
import { stepScripts, type StepScript } from '../../workflows/syntax/step-scripts.ts';
import type { Spawn } from '../../util/run-process.ts';

/** So many shells are started at once. */
const AT_ONCE = 8;

/** What was found, and whether there was a shell to ask. */
export interface CheckedScripts {
  readonly found: readonly OutsideFound[];
  readonly hasBash: boolean;
}

/** Asks `bash -n` about the script of every step: it reads them and runs nothing. */
export async function checkScripts(spawn: Spawn, sources: readonly SourceFile[]): Promise<CheckedScripts> {
  const all = sources
    .filter(({ path }) => fileKind(path) === 'workflow')
    .flatMap((source) => stepScripts(source).map((script) => ({ source, script })));
  const faults = await faultsOf(spawn, [...new Set(all.map(({ script }) => script.text))]);
  if (faults === null) return { found: [], hasBash: false };
  const found = all.flatMap(({ source, script }) => {
    const fault = faults.get(script.text);
    return fault === undefined ? [] : [foundOf(source, script, fault)];
  });
  return { found, hasBash: true };
}

/** What is wrong with each script, where something is; null without bash. The same script is asked about once. */
async function faultsOf(
  spawn: Spawn,
  scripts: readonly string[],
): Promise<ReadonlyMap<string, Fault> | null> {
  const faults = new Map<string, Fault>();
  for (let from = 0; from < scripts.length; from += AT_ONCE) {
    const some = scripts.slice(from, from + AT_ONCE);
    const said = await Promise.all(some.map((script) => faultOf(spawn, script)));
    for (const [at, fault] of said.entries()) {
      if (fault === 'no bash') return null;
      if (fault !== null) faults.set(some[at] ?? '', fault);
    }
  }
  return faults;
}

interface Fault {
  /** Of the script, from 1. */
  readonly line: number;
  readonly message: string;
}

async function faultOf(spawn: Spawn, text: string): Promise<Fault | 'no bash' | null> {
  const child = spawn('bash', ['-n', '-s'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
  });
  const chunks: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(text);
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  if (code === null) return 'no bash';
  const [first = ''] = Buffer.concat(chunks)
    .toString('utf8')
    .split('\n')
    .filter((line) => line.includes('line '));
  const [, line = '1', message = 'bash cannot read this'] = /line (\d+): (.*)$/.exec(first) ?? [];
  return code === 0 ? null : { line: Number(line), message };
}

/** A block begins on the line below its header; anything else is one line. */
function foundOf({ path, text }: SourceFile, { at }: StepScript, { line, message }: Fault): OutsideFound {
  const written = text.slice(at.start, at.end);
  const isBlock = /^[|>]/.test(written);
  const lines = written.split('\n');
  const nth = isBlock ? Math.min(line, lines.length - 1) : 0;
  const before = lines.slice(0, nth).reduce((sum, each) => sum + each.length + 1, 0);
  const meant = (lines[nth] ?? '').trimEnd();
  const start = at.start + before + (meant.length - meant.trimStart().length);
  const end = start + Math.max(1, meant.trimStart().length);
  const said = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  return {
    file: path,
    rule: SCRIPT_RULE,
    found: {
      at: { start, end },
      message: `bash cannot read the script: ${said.charAt(0).toLowerCase()}${said.slice(1)}.`,
    },
  };
}
