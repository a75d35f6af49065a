import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OsvAdvisory } from './osv.ts';

/** Advisories of a file or a directory, and files that hold none. */
export interface ReadAdvisories {
  readonly advisories: readonly OsvAdvisory[];
  /** A sentence each. */
  readonly problems: readonly string[];
}

/** The whole of npm in OSV is some 200,000 files; more than this was not meant. */
const FILES_MAX = 500_000;

/**
 * Reads advisories in the OSV format: a file with one, with a list, or with one on each line; or all such files in a
 * directory and below it. Nothing of a file that cannot be read is believed.
 */
export function readAdvisories(path: string): ReadAdvisories {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    return { advisories: [], problems: [`There is no ${path}, which ci.security.advisories names.`] };
  const files = found.isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(json|jsonl|ndjson)$/.test(name))
        .toSorted()
        .slice(0, FILES_MAX)
        .map((name) => join(path, name))
    : [path];
  const advisories: OsvAdvisory[] = [];
  const problems: string[] = [];
  for (const file of files) {
    const read = advisoriesIn(readFileSync(file, 'utf8'));
    if (read === null) problems.push(`${file} holds no advisories in the OSV format.`);
    else advisories.push(...read);
  }
  if (files.length === 0) problems.push(`${path} holds no file of advisories.`);
  return { advisories, problems };
}

function advisoriesIn(text: string): readonly OsvAdvisory[] | null {
  const whole = parsed(text) ?? parsedLines(text);
  if (whole === null) return null;
  const list: readonly unknown[] = Array.isArray(whole) ? whole : [whole];
  return list.every(isAdvisory) ? list : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function parsedLines(text: string): readonly unknown[] | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const documents = lines.map(parsed);
  return documents.length === 0 || documents.includes(null) ? null : documents;
}

function isAdvisory(value: unknown): value is OsvAdvisory {
  if (typeof value !== 'object' || value === null) return false;
  const { id, affected } = value as Partial<Record<keyof OsvAdvisory, unknown>>;
  return typeof id === 'string' && (affected === undefined || Array.isArray(affected));
}
