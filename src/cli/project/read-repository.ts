import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { tellsSomething, type Repository } from '../../emit/init/repository.ts';
import { runGit } from '../../providers/git/run-git.ts';

/** Folders that hold nothing that somebody wrote. */
const SKIPPED = new Set(['node_modules', 'deps', '_build', 'dist', 'build', 'vendor', 'target', 'coverage']);

/** Hidden folders that say how a repository is deployed. */
const SPEAKING = new Set(['.github', '.vercel']);

/** What says how a repository is deployed lies near its root: `infra/fly/{app}/{environment}/fly.toml` is five deep. */
const DEPTH_MAX = 6;

/** A repository with more files than this is looked at up to here; what matters comes early, folders being last. */
const FILES_MAX = 20_000;

/** Reads what `init` decides by. Outside git there are no branches and no remote. */
export async function readRepository(root: string): Promise<Repository> {
  const files: string[] = [];
  collect(root, '', files);
  const texts = new Map(
    files.filter(tellsSomething).map((file) => [file, readFileSync(join(root, file), 'utf8')]),
  );
  const lines = async (...args: string[]): Promise<string[]> => {
    const { code, stdout } = await runGit(spawn, root, args).catch(() => ({ code: 1, stdout: '' }));
    return code === 0 ? stdout.split('\n').filter((line) => line !== '') : [];
  };
  const [remote = null] = await lines('remote', 'get-url', 'origin');
  const [head = null] = await lines('symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD');
  const [current = null] = await lines('symbolic-ref', '--quiet', '--short', 'HEAD');
  const refs = await lines('for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes/origin');
  const branches = [
    ...new Set(refs.map((ref) => ref.replace(/^refs\/(heads|remotes\/origin)\//, ''))),
  ].filter((branch) => branch !== 'HEAD');
  const usual = ['main', 'master'].find((branch) => branches.includes(branch)) ?? null;
  const mainBranch = head?.replace(/^origin\//, '') ?? usual ?? current;
  return { folder: basename(root), files, texts, remote, branches, mainBranch };
}

/** Files first, then folders: what is nearer to the root is found before the limit is reached. */
function collect(root: string, folder: string, files: string[]): void {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).sort((one, other) =>
    one.name < other.name ? -1 : 1,
  );
  const at = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  for (const entry of entries) {
    if (files.length >= FILES_MAX) return;
    if (entry.isFile()) files.push(at(entry.name));
  }
  for (const entry of entries) {
    const isHidden = entry.name.startsWith('.') && !SPEAKING.has(entry.name);
    if (!entry.isDirectory() || isHidden || SKIPPED.has(entry.name)) continue;
    if (at(entry.name).split('/').length < DEPTH_MAX) collect(root, at(entry.name), files);
  }
}
