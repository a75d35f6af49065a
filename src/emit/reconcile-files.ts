import type { GeneratedFile } from './generated-file.ts';
import { authorshipOf, checksumOf } from './stamp.ts';
import { unifiedDiff } from '../util/unified-diff.ts';

/**
 * How a file of the repository stands to what would be generated.
 *
 * ```
 * current   as it would be written
 * kept      edited by hand; what it was generated from has not changed since
 * missing   not there
 * outdated  as it was generated, from what has changed since
 * edited    edited by hand, from what has changed since
 * foreign   somebody else's: without our header
 * stale     as it was generated, and not generated any more
 * forsaken  edited by hand, and not generated any more
 * ```
 */
export type FileState =
  | 'current'
  | 'kept'
  | 'missing'
  | 'outdated'
  | 'edited'
  | 'foreign'
  | 'stale'
  | 'forsaken';

/** What is to be done with one file, and why. */
export interface FileDecision {
  readonly path: string;
  readonly state: FileState;
  /** `leave` of a file that is not as it would be generated means: somebody has to decide. */
  readonly action: 'none' | 'write' | 'remove' | 'leave';
  /** For whom the file is written; null for one that is not any more. */
  readonly reason: string | null;
  /** What `write` writes. */
  readonly content: string | null;
  /** From what is there to what would be, as `diff -u`; empty where nothing differs. */
  readonly diff: string;
}

/** What is on disk: path → text; null or absent where there is nothing. */
export type FilesOnDisk = ReadonlyMap<string, string | null>;

/** What is done about edits by hand. */
export interface ReconcileOptions {
  /** They are written over. */
  readonly force: boolean;
  /** Whether one may stand in a file as long as the config says the same; elsewhere somebody has to decide. */
  readonly keeps: (path: string) => boolean;
}

/**
 * Decides about every generated file, and about every file on disk with our header that is not generated any more. An
 * edit by hand is never overwritten without force; what somebody wrote is never removed. Pure.
 */
export function reconcileFiles(
  generated: readonly GeneratedFile[],
  onDisk: FilesOnDisk,
  options: ReconcileOptions,
): readonly FileDecision[] {
  const paths = new Set(generated.map((file) => file.path));
  return [
    ...generated.map((file) => decideWritten(file, onDisk.get(file.path) ?? null, options)),
    ...[...onDisk].flatMap(([path, content]) =>
      content === null || paths.has(path) ? [] : decideForsaken(path, content, options.force),
    ),
  ];
}

/** Whether the repository is not as it would be generated after this decision was carried out. */
export function isPending(decision: FileDecision): boolean {
  return decision.action === 'leave';
}

function decideWritten(
  file: GeneratedFile,
  current: string | null,
  { force, keeps }: ReconcileOptions,
): FileDecision {
  const state = stateOf(file, current);
  const isDone = state === 'current' || (state === 'kept' && !force && keeps(file.path));
  const isOurs = state === 'missing' || state === 'outdated';
  const isTaken = !isDone && (isOurs || force);
  return {
    path: file.path,
    state,
    action: isDone ? 'none' : isTaken ? 'write' : 'leave',
    reason: file.reason,
    content: isTaken ? file.content : null,
    diff: state === 'current' ? '' : unifiedDiff(withoutReturns(current ?? ''), file.content),
  };
}

function stateOf(file: GeneratedFile, current: string | null): FileState {
  if (current === null) return 'missing';
  if (withoutReturns(current) === file.content) return 'current';
  const authorship = authorshipOf(current);
  if (authorship === 'unedited') return 'outdated';
  if (authorship === 'foreign') return 'foreign';
  return checksumOf(current) === checksumOf(file.content) ? 'kept' : 'edited';
}

function decideForsaken(path: string, content: string, force: boolean): FileDecision[] {
  const authorship = authorshipOf(content);
  if (authorship === 'foreign') return [];
  const isEdited = authorship === 'edited';
  return [
    {
      path,
      state: isEdited ? 'forsaken' : 'stale',
      action: force && !isEdited ? 'remove' : 'leave',
      reason: null,
      content: null,
      diff: '',
    },
  ];
}

/** git writes line ends of Windows where it is told to; that is no edit. */
function withoutReturns(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
