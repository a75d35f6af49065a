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
  const found: OutsideFound[] = [];
  let hasBash = true;
  for (let from = 0; from < all.length && hasBash; from += AT_ONCE) {
    const said = await Promise.all(
      all
        .slice(from, from + AT_ONCE)
        .map(async (each) => ({ ...each, fault: await faultOf(spawn, each.script) })),
    );
    hasBash = said.every(({ fault }) => fault !== 'no bash');
    for (const { source, script, fault } of said) {
      if (fault !== null && fault !== 'no bash') found.push(foundOf(source, script, fault));
    }
  }
  return { found, hasBash };
}

interface Fault {
  /** Of the script, from 1. */
  readonly line: number;
  readonly message: string;
}

async function faultOf(spawn: Spawn, { text }: StepScript): Promise<Fault | 'no bash' | null> {
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
