import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { readZip, writeZip } from '../archive/zip.ts';
import { findFiles, fixedPart } from '../runner/find-files.ts';
import { RETENTION_DAYS } from '../store/artifact-store.ts';
import type { ArtifactRecord } from '../store/records.ts';
import { ActionFailure, booleanInput, input, linesInput } from './known-action.ts';
import type { ActionCall, ActionEnd, KnownAction } from './known-action.ts';

/** Characters that no file system of any runner takes (actions/toolkit artifact, path-and-artifact-name-validation). */
const NAME_REFUSED = /["<>|*?:\r\n\\/]/u;

/** actions/upload-artifact v4 to v7: immutable, one of a name in a run. */
export const uploadArtifact: KnownAction = {
  versions: {
    newest: 'v7.0.1',
    oldest: 4,
    commits: ['043fb46d1a93c77aae656e7c1c64a875d1fc6a0a', 'bbbca2ddaa5d8feaa63e36b76fdaad77386f024f'],
  },
  inputs: {
    name: { default: 'artifact' },
    path: { required: true },
    'if-no-files-found': { default: 'warn' },
    'retention-days': {},
    'compression-level': { default: '6' },
    overwrite: { default: 'false' },
    'include-hidden-files': { default: 'false' },
    archive: { default: 'true' },
  },
  refuses: (written) => (written['archive'] === 'false' ? 'input archive: false' : null),
  run: (call) => Promise.resolve(upload(call)),
};

function upload(call: ActionCall): ActionEnd {
  const name = input(call, 'name');
  if (name === '' || NAME_REFUSED.test(name))
    throw new ActionFailure(`The artifact name is not valid: ${name}`);
  const files = filesToUpload(call);
  if (files.length === 0) return noFiles(call);
  const { artifacts, repositoryId, runId, headSha, headBranch } = call.services;
  const there = artifacts.list({ repositoryId, runId }).find((one) => one.name === name);
  if (there !== undefined && !booleanInput(call, 'overwrite'))
    throw new ActionFailure(
      `Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run`,
    );
  if (there !== undefined) artifacts.remove(there.id);
  const root = commonDirectory(call, files);
  const level = Math.min(9, Math.max(0, Number(input(call, 'compression-level')) || 0));
  const entries = files.map((file) => ({
    name: relative(root, file).split(sep).join('/'),
    bytes: readFileSync(file),
  }));
  const artifact = artifacts.save({
    repositoryId,
    runId,
    name,
    archive: writeZip(entries, level),
    headSha,
    headBranch,
    retentionDays: retentionOf(call),
  });
  call.output.say(
    `Artifact ${name} has been successfully uploaded! ${files.length} files, ${artifact.bytes} bytes`,
  );
  const url = `${call.github['server_url']}/${call.github['repository']}/actions/runs/${runId}/artifacts/${artifact.id}`;
  return {
    outputs: {
      'artifact-id': String(artifact.id),
      'artifact-url': url,
      'artifact-digest': artifact.digest.replace('sha256:', ''),
    },
  };
}

function filesToUpload(call: ActionCall): string[] {
  const cwd = call.places.workspace;
  const found = findFiles({ patterns: linesInput(call, 'path'), cwd, home: call.places.home });
  if (booleanInput(call, 'include-hidden-files')) return found;
  return found.filter(
    (file) =>
      !relative(cwd, file)
        .split(sep)
        .some((part) => /^\.[^.]/u.test(part)),
  );
}

/** What all the patterns have in common: the names in the archive begin below it. */
function commonDirectory(call: ActionCall, files: readonly string[]): string {
  const cwd = call.places.workspace;
  const starts = linesInput(call, 'path')
    .filter((one) => !one.startsWith('!'))
    .map((one) => fixedPart(one, cwd, call.places.home));
  const [only = cwd] = starts;
  if (starts.length === 1) return statSync(only).isDirectory() ? only : dirname(files[0] ?? only);
  const parts = starts.map((one) => one.split(sep));
  const length = (parts[0] ?? []).findIndex((part, at) => parts.some((one) => one[at] !== part));
  return (parts[0] ?? []).slice(0, length < 0 ? undefined : length).join(sep) || sep;
}

function noFiles(call: ActionCall): ActionEnd {
  const message = `No files were found with the provided path: ${input(call, 'path')}. No artifacts will be uploaded.`;
  const behaviour = input(call, 'if-no-files-found');
  if (behaviour === 'error') throw new ActionFailure(message);
  if (behaviour === 'warn') call.output.warning(message);
  else if (behaviour === 'ignore') call.output.say(message);
  else throw new ActionFailure(`Unrecognized if-no-files-found input: ${behaviour}`);
  return { outputs: {} };
}

function retentionOf(call: ActionCall): number {
  const days = Number(input(call, 'retention-days') || RETENTION_DAYS.default);
  if (!Number.isInteger(days) || days < 0) throw new ActionFailure('Invalid retention-days');
  return days === 0 ? RETENTION_DAYS.default : Math.min(days, RETENTION_DAYS.max);
}

/** actions/download-artifact v4 to v8, of this run or another one of the repository. */
export const downloadArtifact: KnownAction = {
  versions: { newest: 'v8.0.1', oldest: 4, commits: ['3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c'] },
  inputs: {
    name: {},
    'artifact-ids': {},
    path: {},
    pattern: {},
    'merge-multiple': { default: 'false' },
    'github-token': {},
    repository: {},
    'run-id': {},
    'skip-decompress': { default: 'false' },
    'digest-mismatch': { default: 'error' },
  },
  refuses: (written) => (written['skip-decompress'] === 'true' ? 'input skip-decompress: true' : null),
  run: (call) => Promise.resolve(download(call)),
};

function download(call: ActionCall): ActionEnd {
  const { workspace } = call.places;
  const path = resolve(workspace, input(call, 'path').replace(/^~(?=\/|$)/u, call.places.home));
  const wanted = artifactsWanted(call);
  // One that was asked for by its name lands in the path itself, several in a folder each.
  const isFlat = input(call, 'name') !== '' || booleanInput(call, 'merge-multiple') || onlyOneId(call);
  for (const artifact of wanted) {
    const target = isFlat ? path : join(path, artifact.name);
    mkdirSync(target, { recursive: true });
    for (const { name, bytes } of readZip(call.services.artifacts.read(artifact.id))) {
      const file = resolve(target, name);
      if (isAbsolute(relative(target, file)) || relative(target, file).startsWith('..'))
        throw new ActionFailure(`The artifact ${artifact.name} holds a file outside of itself: ${name}`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    call.output.say(`Artifact ${artifact.name} was downloaded to ${target}`);
  }
  call.output.say(`Total of ${wanted.length} artifact(s) downloaded (${basename(path)})`);
  return { outputs: { 'download-path': path } };
}

function artifactsWanted(call: ActionCall): readonly ArtifactRecord[] {
  const { artifacts, repositoryId, runId } = call.services;
  const other = input(call, 'repository');
  if (other !== '' && other.toLowerCase() !== (call.github['repository'] ?? '').toLowerCase())
    throw new ActionFailure(`The local GitHub downloads artifacts of this repository only, not of ${other}`);
  // As the action has it: another run is only looked at with a token that was given.
  const from = input(call, 'github-token') === '' ? runId : Number(input(call, 'run-id') || runId);
  const there = artifacts.list({ repositoryId, runId: from });
  const name = input(call, 'name');
  const ids = idsOf(call);
  if (name !== '') {
    const found = there.find((one) => one.name === name);
    if (found !== undefined) return [found];
    throw new ActionFailure(`Unable to download artifact(s): Artifact not found for name: ${name}`);
  }
  if (ids.length > 0) {
    const missing = ids.find((id) => there.every((one) => one.id !== id));
    if (missing !== undefined)
      throw new ActionFailure(`Unable to download artifact(s): no artifact ${missing}`);
    return there.filter(({ id }) => ids.includes(id));
  }
  const pattern = input(call, 'pattern');
  if (pattern === '') return there;
  const matches = new RegExp(
    `^${pattern
      .replace(/[\\^$.+()[\]{}|]/gu, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'u',
  );
  return there.filter((one) => matches.test(one.name));
}

function idsOf(call: ActionCall): number[] {
  return input(call, 'artifact-ids')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map(Number);
}

function onlyOneId(call: ActionCall): boolean {
  return idsOf(call).length === 1;
}
