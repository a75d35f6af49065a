import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ActionFailure, input } from './known-action.ts';
import type { ActionCall, KnownAction } from './known-action.ts';

/** GitHub's code scanning takes no larger file, packed (docs.github.com, "SARIF support for code scanning"). */
const FILE_BYTES_MAX = 10_000_000;

/**
 * github/codeql-action/upload-sarif: reads what would be uploaded and refuses what GitHub would. The local GitHub has no
 * code scanning to show it in, and says so.
 */
export const uploadSarif: KnownAction = {
  versions: { newest: 'v4.36.2', oldest: 3, commits: ['8aad20d150bbac5944a9f9d289da16a4b0d87c1e'] },
  inputs: {
    sarif_file: { default: '../results' },
    checkout_path: { default: '' },
    ref: {},
    sha: {},
    token: {},
    matrix: {},
    category: {},
    'wait-for-processing': { default: 'true' },
  },
  run(call) {
    const files = filesOf(call);
    const counts = files.map((file) => findingsOf(call, file));
    const count = counts.reduce((sum, each) => sum + each, 0);
    call.output.say(
      `Read ${count} findings in ${files.length} files. There is no code scanning in the local GitHub to show them.`,
    );
    const id = createHash('sha256').update(files.join('\0')).digest('hex').slice(0, 36);
    return Promise.resolve({
      outputs: { 'sarif-id': id, 'sarif-ids': JSON.stringify({ 'code-scanning': id }) },
    });
  },
};

function filesOf(call: ActionCall): string[] {
  const path = resolve(call.places.workspace, input(call, 'sarif_file'));
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new ActionFailure(`Path does not exist: ${input(call, 'sarif_file')}`);
  if (!stat.isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.sarif')).sort();
  if (files.length === 0)
    throw new ActionFailure(`No SARIF files found to upload in "${input(call, 'sarif_file')}".`);
  return files.map((name) => join(path, name));
}

function findingsOf(call: ActionCall, file: string): number {
  const text = readFileSync(file, 'utf8');
  if (text.length > FILE_BYTES_MAX) call.output.warning(`${file} is larger than GitHub takes unpacked`);
  const data = parsed(text);
  if (data?.version !== '2.1.0' || !Array.isArray(data.runs))
    throw new ActionFailure(`Invalid SARIF. ${file} is no SARIF of version 2.1.0`);
  return data.runs.reduce<number>((sum, run) => sum + resultsOf(run), 0);
}

function resultsOf(run: unknown): number {
  const { results } = (run ?? {}) as { readonly results?: unknown };
  return Array.isArray(results) ? results.length : 0;
}

function parsed(text: string): { readonly version?: unknown; readonly runs?: unknown } | null {
  try {
    return JSON.parse(text) as { readonly version?: unknown; readonly runs?: unknown } | null;
  } catch {
    return null;
  }
}
