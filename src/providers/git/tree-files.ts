import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Spawn } from '../../util/run-process.ts';
import { gitEnv } from './run-git.ts';

/** One file of a commit. */
export interface TreeFile {
  /** From the directory of the project, with `/`. */
  readonly path: string;
  /** Git's name for its content. */
  readonly blob: string;
}

/** Reads what `git ls-tree -r -z` prints; links and submodules are no files. */
export function readTree(text: string): readonly TreeFile[] {
  return text.split('\0').flatMap((entry) => {
    const [, blob, path] = /^100\d{3} blob ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    return blob === undefined || path === undefined ? [] : [{ path, blob }];
  });
}

/** The text of each blob, by one git for all of them. Throws SOURCE_UNKNOWN_REF for one that this clone does not have. */
export async function readBlobs(
  spawn: Spawn,
  root: string,
  blobs: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const wanted = [...new Set(blobs)];
  const contents = new Map<string, Buffer>();
  if (wanted.length === 0) return contents;
  const child = spawn('git', ['cat-file', '--batch'], {
    cwd: root,
    env: gitEnv(process.env),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(wanted.map((blob) => `${blob}\n`).join(''));
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve, reject) => {
    child.once('close', () => resolve());
    child.once('error', reject);
  });
  let rest = Buffer.concat(chunks);
  for (const blob of wanted) {
    const end = rest.indexOf(0x0a);
    const size = Number(/^[0-9a-f]+ blob (\d+)$/.exec(rest.subarray(0, end).toString())?.[1] ?? Number.NaN);
    if (Number.isNaN(size)) {
      throw new ToolError('SOURCE_UNKNOWN_REF', `This clone does not have the content ${blob}.`, {
        hint: 'Fetch what is missing: git fetch --all --tags --refetch',
      });
    }
    contents.set(blob, rest.subarray(end + 1, end + 1 + size));
    // A line feed stands after the content.
    rest = rest.subarray(end + size + 2);
  }
  return contents;
}
