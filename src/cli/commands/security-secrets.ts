import { closeSync, openSync, readSync, statSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../reports/finding.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { addedInHistory } from '../security/added-in-history.ts';
import { finishSecurity } from '../security/finish-security.ts';
import { openSecurity, type SecurityWork, type TypedSecurityOptions } from '../security/security-work.ts';
import { counted } from '../views/text/counted.ts';

/** What was typed behind `security secrets`. */
export interface TypedSecretsOptions extends TypedSecurityOptions {
  /** `--history N`: what the last commits added, too. 0 for none. */
  readonly history: number;
}

/** A text that people wrote is shorter; what is longer was made by a program. */
const BYTES_MAX = 1_000_000;
/** git takes a file with a zero byte within so many for binary. */
const BINARY_BYTES = 8_000;

interface Scan {
  readonly findings: Finding[];
  readonly ignored: { readonly finding: Finding; readonly reason: string }[];
  readonly large: string[];
  files: number;
  binary: number;
}

/** `glidepath security secrets`: secrets in the files of the project, without ever printing one. */
export async function securitySecrets(
  context: CommandContext,
  typed: TypedSecretsOptions,
): Promise<ExitCode> {
  const work = await openSecurity(context);
  const scan: Scan = { findings: [], ignored: [], large: [], files: 0, binary: 0 };
  for (const path of work.paths) await scanFile(work, path, scan);
  const commits = typed.history === 0 ? 0 : await scanHistory(work, typed.history, scan);
  const history = commits === 0 ? '' : ` and ${counted(commits, 'commit')}`;
  return finishSecurity(work, typed, {
    command: 'security secrets',
    findings: scan.findings,
    ignored: scan.ignored,
    looked: `${counted(scan.files, 'file')}${history}`,
    tools: ['secrets'],
    skipped: [],
    notes: [
      ...(scan.binary === 0 ? [] : [`${counted(scan.binary, 'binary file')} passed over.`]),
      ...scan.large.map((path) => `${path} is larger than 1 MB and was skipped.`),
    ],
    concerns: (id) => id.startsWith('secret-'),
  });
}

async function scanFile({ root, context }: SecurityWork, path: string, scan: Scan): Promise<void> {
  context.interrupt.throwIfAborted();
  const file = join(root, path);
  const stat = statSync(file, { throwIfNoEntry: false });
  // A submodule is a directory here, and a project of its own.
  if (stat?.isFile() !== true) return;
  if (isBinary(file)) {
    scan.binary++;
    return;
  }
  if (stat.size > BYTES_MAX) {
    scan.large.push(path);
    return;
  }
  await scanText(path, readFileSync(file, 'utf8'), scan);
  scan.files++;
}

async function scanText(path: string, text: string, scan: Scan): Promise<void> {
  const { findSecrets } = await import('../../security/secrets/find-secrets.ts');
  const { findings, ignored } = await findSecrets(path, text);
  scan.findings.push(...findings);
  scan.ignored.push(...ignored);
}

function isBinary(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(BINARY_BYTES);
    return head.subarray(0, readSync(descriptor, head)).includes(0);
  } finally {
    closeSync(descriptor);
  }
}

/** What a commit added and a later one took away is in the repository all the same. */
async function scanHistory({ root }: SecurityWork, count: number, scan: Scan): Promise<number> {
  const { findSecrets } = await import('../../security/secrets/find-secrets.ts');
  const known = new Set([...scan.findings, ...scan.ignored.map(({ finding }) => finding)].map(keyOf));
  const added = await addedInHistory(root, count);
  for (const { commit, path, text } of added.texts) {
    const { findings } = await findSecrets(path, text);
    for (const finding of findings.filter((each) => !known.has(keyOf(each)))) {
      known.add(keyOf(finding));
      scan.findings.push({
        ...finding,
        message: `${finding.message.replace(/\.$/, '')}, added by commit ${commit.slice(0, 10)}.`,
        place: { path, line: null },
      });
    }
  }
  return added.commits;
}

/** A line moves from commit to commit. */
function keyOf({ id, place, message }: Finding): string {
  return `${id} ${place?.path} ${message}`;
}
