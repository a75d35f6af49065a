import { execFileSync, spawn, type ExecFileSyncOptions } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ownFiles } from '../../src/checks/own-files/own-files.ts';
import { ownFileRecords } from '../../src/cli/project/machine-state.ts';
import { createInputReader, type CheckoutReader } from '../../src/checks/inputs/input-reader.ts';

/** A folder with a home of its own, in which git knows nobody's settings. */
export class InputRig implements Disposable {
  readonly #base: string;
  /** The project. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;

  constructor({ git = true }: { readonly git?: boolean } = {}) {
    this.#base = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-inputs-')));
    this.root = join(this.#base, 'project');
    const home = join(this.#base, 'home');
    // Also for a process of another user.
    chmodSync(this.#base, 0o755);
    mkdirSync(this.root);
    mkdirSync(home);
    this.env = { PATH: process.env['PATH'], HOME: home, GIT_CONFIG_NOSYSTEM: '1' };
    if (git) this.git('init', '-q', '-b', 'main');
  }

  get home(): string {
    return join(this.#base, 'home');
  }

  git(...args: string[]): string {
    const settings = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com'];
    const options: ExecFileSyncOptions = { cwd: this.root, env: this.env, stdio: 'pipe' };
    return execFileSync('git', [...settings, ...args], options).toString();
  }

  write(path: string, content = path): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  /** A reader with its index in the project, as another process would open it. */
  reader(root: string = this.root, except: readonly string[] = []): CheckoutReader {
    return createInputReader({
      root,
      directory: join(root, '.glidepath', 'cache'),
      own: ownFiles(ownFileRecords(this.env)),
      except,
      spawn,
      env: this.env,
      now: () => performance.now(),
    });
  }

  /** What a reader that was just opened finds: path and digest. */
  async files(root?: string): Promise<Record<string, string>> {
    const reader = this.reader(root);
    const { files } = await reader.read(new AbortController().signal);
    reader.save();
    return Object.fromEntries(files);
  }

  async paths(root?: string): Promise<string[]> {
    return Object.keys(await this.files(root));
  }

  /** What git says, with digests that are computed here in another way. */
  oracle(): Record<string, string> {
    const listed = this.git('ls-files', '-z', '--cached', '--others', '--exclude-standard');
    const paths = [...new Set(listed.split('\0'))].filter(
      (path) => path !== '' && !path.startsWith('.glidepath/') && this.#isThere(path),
    );
    return Object.fromEntries(paths.sort().map((path) => [path, digestOf(join(this.root, path))]));
  }

  /** Not behind a link: git does not follow one. */
  #isThere(path: string): boolean {
    const parts = path.split('/');
    return parts.every((_, index) => {
      const stats = lstatSync(join(this.root, ...parts.slice(0, index + 1)), { throwIfNoEntry: false });
      return index === parts.length - 1
        ? stats !== undefined && !stats.isDirectory()
        : stats?.isDirectory() === true;
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.#base, { recursive: true, force: true });
  }
}

/** SHA-256 of the kind, as git writes it in a tree, and the content. */
export function digestOf(path: string): string {
  const stats = lstatSync(path);
  const mode = stats.isSymbolicLink() ? '120000' : (stats.mode & 0o100) === 0 ? '100644' : '100755';
  const content = stats.isSymbolicLink() ? Buffer.from(readlinkSync(path)) : readFileSync(path);
  return createHash('sha256')
    .update(Buffer.concat([Buffer.from(`${mode}\0`), content]))
    .digest('hex');
}
