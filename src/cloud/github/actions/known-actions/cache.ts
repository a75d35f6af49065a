import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { findFiles } from '../runner/find-files.ts';
import type { CacheRecord } from '../store/records.ts';
import type { ActionVersions } from './action-versions.ts';
import { ActionFailure, booleanInput, input, linesInput } from './known-action.ts';
import type { ActionCall, ActionEnd, ActionInput, KnownAction } from './known-action.ts';

const KEY_CHARS_MAX = 512;
const RESTORE_INPUTS: Readonly<Record<string, ActionInput>> = {
  path: { required: true },
  key: { required: true },
  'restore-keys': {},
  enableCrossOsArchive: { default: 'false' },
  'fail-on-cache-miss': { default: 'false' },
  'lookup-only': { default: 'false' },
};

/** Since the cache service was changed GitHub refuses what speaks to the old one (changelog of 2024-12-05). */
const VERSIONS: ActionVersions = {
  newest: 'v6.1.0',
  oldest: 3,
  commits: ['27d5ce7f107fe9357f9df03efb73ab90386fccae', '55cc8345863c7cc4c66a329aec7e433d2d1c52a9'],
};

/** actions/cache: restores now, and saves at the end of a job that succeeds and found no entry of its key. */
export const cache: KnownAction = {
  versions: VERSIONS,
  inputs: { ...RESTORE_INPUTS, 'upload-chunk-size': {}, 'save-always': { default: 'false' } },
  async run(call) {
    const { hit, outputs } = await restore(call);
    return {
      outputs: { 'cache-hit': outputs['cache-hit'] ?? '' },
      async post(later, jobSucceeds) {
        if (!jobSucceeds) return;
        if (hit?.key === input(call, 'key'))
          later.output.say(`Cache hit occurred on the primary key ${hit.key}, not saving cache.`);
        else await save(later, call);
      },
    };
  },
};

/** actions/cache/restore. */
export const cacheRestore: KnownAction = {
  versions: VERSIONS,
  inputs: RESTORE_INPUTS,
  async run(call): Promise<ActionEnd> {
    return { outputs: (await restore(call)).outputs };
  },
};

/** actions/cache/save. */
export const cacheSave: KnownAction = {
  versions: VERSIONS,
  inputs: {
    path: { required: true },
    key: { required: true },
    'upload-chunk-size': {},
    enableCrossOsArchive: { default: 'false' },
  },
  async run(call) {
    await save(call, call);
    return { outputs: {} };
  },
};

async function restore(
  call: ActionCall,
): Promise<{ hit: CacheRecord | null; outputs: Readonly<Record<string, string>> }> {
  const key = keyOf(call);
  const { caches, repositoryId, cacheRefs } = call.services;
  const keys = [key, ...linesInput(call, 'restore-keys')];
  const hit = caches.look({ repositoryId, refs: cacheRefs, version: versionOf(call), keys });
  if (hit === null) {
    if (booleanInput(call, 'fail-on-cache-miss'))
      throw new ActionFailure(
        `Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: ${key}`,
      );
    call.output.say(`Cache not found for input keys: ${keys.join(', ')}`);
    return { hit, outputs: { 'cache-hit': '', 'cache-primary-key': key } };
  }
  if (!booleanInput(call, 'lookup-only')) {
    const code = await call.exec('tar', ['-xzf', caches.fileOf(hit.id), '-P', '-C', call.places.root]);
    if (code !== 0)
      throw new ActionFailure(`The cache ${hit.key} could not be unpacked (tar: exit code ${code})`);
  }
  call.output.say(`Cache restored from key: ${hit.key}`);
  const outputs = {
    'cache-hit': String(hit.key === key),
    'cache-primary-key': key,
    'cache-matched-key': hit.key,
  };
  return { hit, outputs };
}

/** What goes wrong here does not fail a step of actions/cache, but is said. */
async function save(call: ActionCall, asked: Pick<ActionCall, 'inputs'>): Promise<void> {
  const with_ = { ...call, inputs: asked.inputs };
  const { caches, repositoryId, cacheRef } = call.services;
  const entry = { repositoryId, ref: cacheRef, key: keyOf(with_), version: versionOf(with_) };
  if (caches.has(entry)) return call.output.warning(`Failed to save: the cache ${entry.key} exists already`);
  const { root, workspace, home, temp } = call.places;
  const patterns = linesInput(with_, 'path');
  const files = [
    ...findFiles({ patterns, cwd: workspace, home }),
    ...emptyDirectories(patterns, workspace, home),
  ];
  if (files.length === 0)
    return call.output.warning(
      `Path Validation Error: Path(s) specified in the action for caching do(es) not exist`,
    );
  const packed = join(temp, `cache-${entry.version.slice(0, 12)}.tgz`);
  const list = join(temp, 'cache-manifest.txt');
  writeManifest(list, files, root);
  const code = await call.exec('tar', ['-czf', packed, '-P', '-C', root, '--null', '-T', list]);
  rmSync(list);
  if (code !== 0 || !existsSync(packed))
    return call.output.warning(`The cache could not be packed (tar: exit code ${code})`);
  caches.save(entry, packed);
  call.output.say(`Cache saved with key: ${entry.key}`);
}

/** A directory that is named counts also when it is empty: `@actions/cache` packs it as it is. */
function emptyDirectories(patterns: readonly string[], cwd: string, home: string): string[] {
  return patterns
    .filter((one) => !one.startsWith('!') && !/[*?[]/u.test(one))
    .map((one) => resolve(cwd, one.replace(/^~(?=\/|$)/u, home)))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    .filter((path) => readdirSync(path).length === 0);
}

/** What is of the job goes by its place in it, for each has a workspace and a home of its own; the rest by its whole path. */
function writeManifest(file: string, files: readonly string[], root: string): void {
  const names = files.map((one) => {
    const inside = relative(root, one);
    return inside.startsWith('..') ? one : inside;
  });
  writeFileSync(file, names.map((name) => `${name}\0`).join(''));
}

function keyOf(call: Pick<ActionCall, 'inputs'>): string {
  const key = input(call, 'key');
  if (key === '') throw new ActionFailure('Input required and not supplied: key');
  if (key.length > KEY_CHARS_MAX || key.includes(','))
    throw new ActionFailure(
      `Key Validation Error: ${key} cannot be larger than ${KEY_CHARS_MAX} characters or contain commas.`,
    );
  return key;
}

/** An entry belongs to the paths it was made of, as they are written. */
function versionOf(call: Pick<ActionCall, 'inputs'>): string {
  return createHash('sha256').update(linesInput(call, 'path').join('|')).digest('hex');
}
