import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECEIVE_HOOK } from './receive-hook.ts';
import { runGit } from './run-git.ts';

/**
 * What GitHub allows of its repositories: commits by their hash, partial clones, and no writing to what it keeps itself.
 * Nothing is packed in the background, for a killed daemon must leave no process.
 */
const CONFIG = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
	logAllRefUpdates = false
[gc]
	auto = 0
[receive]
	autogc = false
	hideRefs = refs/pull
	denyNonFastForwards = false
	advertisePushOptions = true
[uploadpack]
	allowAnySHA1InWant = true
	allowFilter = true
[http]
	receivepack = true
`;

/** The bare repositories of the local GitHub, by the number of their record. */
export class GitStore {
  readonly #dir: string;

  constructor(stateDir: string) {
    this.#dir = join(stateDir, 'repositories');
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    mkdirSync(this.hooksDir, { recursive: true, mode: 0o700 });
    const hook = join(this.hooksDir, 'pre-receive');
    writeFileSync(hook, RECEIVE_HOOK);
    chmodSync(hook, 0o700);
  }

  /** Where the one hook of all of them is. */
  get hooksDir(): string {
    return join(this.#dir, 'hooks');
  }

  dirOf(repositoryId: number): string {
    return join(this.#dir, `${repositoryId}.git`);
  }

  /** An empty one. Whatever a killed process left half made is thrown away. */
  async create(repositoryId: number, defaultBranch: string): Promise<void> {
    const dir = this.dirOf(repositoryId);
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { mode: 0o700 });
    await runGit({
      dir,
      args: ['init', '--quiet', '--bare', '--template=', `--initial-branch=${defaultBranch}`],
    });
    writeFileSync(join(dir, 'config'), CONFIG);
  }

  /** One with the branches and tags of another, which from then on may go away. */
  async fork(repositoryId: number, from: number, defaultBranch: string): Promise<void> {
    await this.create(repositoryId, defaultBranch);
    await runGit({
      dir: this.dirOf(repositoryId),
      args: [
        'fetch',
        '--quiet',
        '--no-tags',
        this.dirOf(from),
        '+refs/heads/*:refs/heads/*',
        '+refs/tags/*:refs/tags/*',
      ],
    });
  }

  /** Makes `branch` the one that a clone checks out, whether it is there yet or not. */
  async pointHead(repositoryId: number, branch: string): Promise<void> {
    await runGit({ dir: this.dirOf(repositoryId), args: ['symbolic-ref', 'HEAD', `refs/heads/${branch}`] });
  }

  has(repositoryId: number): boolean {
    return existsSync(join(this.dirOf(repositoryId), 'HEAD'));
  }

  /** Those there are, whether anything knows of them or not. */
  list(): readonly number[] {
    return readdirSync(this.#dir).flatMap((name) => {
      const [, id] = /^(\d+)\.git$/.exec(name) ?? [];
      return id === undefined ? [] : [Number(id)];
    });
  }

  remove(repositoryId: number): void {
    rmSync(this.dirOf(repositoryId), { recursive: true, force: true });
  }
}
