import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedCheck } from '../../config/resolved.ts';
import { outputFiles, outputGlobs } from '../cache/output-files.ts';
import { digestFile } from '../inputs/digest-file.ts';

/** Of a check that makes nothing: that it has passed is all there is to depend on. */
export const PASSED = 'passed';

/**
 * What checks depend on that need this one: the outputs that lie there, each with its path, kind and content, so that a
 * build that comes out the same changes nothing for what comes after it; its key too, where it leaves directories that
 * nobody looks into. Reports are not among them: they tell of times.
 */
export function resultDigest(
  root: string,
  check: Pick<ResolvedCheck, 'outputs' | 'leaves'>,
  key: string,
  signal: AbortSignal,
): string {
  if (check.outputs.length === 0 && check.leaves.length === 0) return PASSED;
  const hash = createHash('sha256');
  if (check.leaves.length > 0) hash.update(`key ${key}\0`);
  for (const path of outputFiles(root, outputGlobs(check.outputs))) {
    const file = join(root, path);
    const digest = digestFile(file, lstatSync(file), signal);
    if (digest !== null) hash.update(`${path}\0${digest}\0`);
  }
  return hash.digest('hex');
}
