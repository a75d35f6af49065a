import type { HeldResult } from '../../../checks/held/held-result.ts';
import type { CheckPlan } from '../../../checks/select-checks.ts';
import type { ReportsSummary } from '../../../reports/summary/reports-summary.ts';

/**
 * What the last run of `glidepath ci` saw, in which every check had passed already and nothing had to be run. As long as
 * all of it is as it was, the next run ends as that one did, and can say so without loading anything. Where outputs are gone
 * and nothing else is different, it can restore them likewise. A shortcut and never a truth: whatever is doubtful makes the
 * whole command decide.
 */
export interface Memo {
  /** Of Node and of the system: another one may see things differently. */
  readonly version: string;
  readonly args: readonly string[];
  /** Variables that matter, each with a mark of its value; null: not set. */
  readonly env: Readonly<Record<string, number | null>>;
  /** Absolute. Files, directories for what is new in them, and places where nothing is. */
  readonly paths: readonly string[];
  readonly capacity: number;
  readonly plan: CheckPlan;
  /** What the checkout holds of each check, in the order of the plan. */
  readonly held: readonly HeldResult[];
  readonly reports: ReportsSummary | null;
  /** What lay in directories that outputs lie below, by absolute path, as `namesText` has it: without them, where they were not there. */
  readonly names: Readonly<Record<string, string>>;
  /** Where the cache of this machine is, and whose entries of main are believed; null where restoring is not for the shortcut. */
  readonly cache: { readonly directory: string; readonly trusted: readonly string[] } | null;
}

/** Where it lies, from the directory of the config file. */
export const MEMO_FILE = '.glidepath/cache/quick';

/** The first letters of the file, as a number: another layout has another one. */
const MAGIC = 0x474c_5102;
/** Magic, length of the text, number of figures, checksum of both. */
const HEADER = 16;
const NUMBER_BYTES = 8;

/** One file: a header, the memo as JSON, and the figures as they lie in memory, which takes no time to read. */
export function encodeMemo(memo: Memo, figures: Float64Array): Buffer {
  const text = Buffer.from(JSON.stringify(memo));
  const figuresAt = alignedEnd(text.length);
  const all = Buffer.alloc(figuresAt + figures.byteLength);
  all.writeUInt32LE(MAGIC, 0);
  all.writeUInt32LE(text.length, 4);
  all.writeUInt32LE(figures.length, 8);
  text.copy(all, HEADER);
  Buffer.from(figures.buffer, figures.byteOffset, figures.byteLength).copy(all, figuresAt);
  return all;
}

/** Null for what is no memo, or not a whole one. */
export function decodeMemo(all: Buffer): { readonly memo: Memo; readonly figures: Float64Array } | null {
  if (all.length < HEADER || all.readUInt32LE(0) !== MAGIC) return null;
  const length = all.readUInt32LE(4);
  const figuresAt = alignedEnd(length);
  if (all.length !== figuresAt + all.readUInt32LE(8) * NUMBER_BYTES) return null;
  const memo = JSON.parse(all.toString('utf8', HEADER, HEADER + length)) as Memo;
  // A copy, for numbers have to begin where numbers may.
  return { memo, figures: new Float64Array(new Uint8Array(all.subarray(figuresAt)).buffer) };
}

function alignedEnd(length: number): number {
  return HEADER + Math.ceil(length / NUMBER_BYTES) * NUMBER_BYTES;
}
