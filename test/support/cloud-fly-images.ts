import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ImageStore, OpenedImage } from '../../src/cloud/registry/image-store.ts';

/** What goes into an image: files below `app/`, and how it is run. */
export interface ImageContent {
  readonly files: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A small image store over a directory: one folder per digest, found again by another process. */
export class DirectoryImages implements ImageStore {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
  }

  /** Writes an image and returns its reference by digest. */
  add(repository: string, content: ImageContent): string {
    const digest = `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`;
    const folder = this.#folder(repository, digest);
    for (const [name, text] of Object.entries(content.files)) {
      const file = join(folder, 'root', 'app', name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      if (text.startsWith('#!')) chmodSync(file, 0o755);
    }
    mkdirSync(join(folder, 'root', 'app'), { recursive: true });
    writeFileSync(join(folder, 'image.json'), JSON.stringify(content));
    return `registry.test/${repository}@${digest}`;
  }

  open(reference: string): Promise<OpenedImage | null> {
    const match = /^(?:[^/]+[.:][^/]*\/)?([a-z0-9-]+)@(sha256:[0-9a-f]{64})$/.exec(reference);
    const [, repository = '', digest = ''] = match ?? [];
    const folder = this.#folder(repository, digest);
    if (match === null || !existsSync(join(folder, 'image.json'))) return Promise.resolve(null);
    const content = JSON.parse(readFileSync(join(folder, 'image.json'), 'utf8')) as ImageContent;
    return Promise.resolve({
      repository,
      tag: null,
      digest,
      rootDir: join(folder, 'root'),
      command: content.command,
      env: content.env ?? {},
      workDir: '/app',
      labels: content.labels ?? {},
    });
  }

  #folder(repository: string, digest: string): string {
    return join(this.#dir, repository, digest.replace(':', '-'));
  }
}

/**
 * A small HTTP server that does as its environment says: `BOOT_MS` before it listens, or once there is a `BOOT_FILE`, `DEAF=1` ignores signals,
 * `EXIT_CODE` exits at once, `FAIL_EVERY=3` answers every third request for work with 500, `SLOW_MS` late, `CHILD=1` starts a child of its own. `/exit/<code>`, `/env`, `/sick`, `/well`, `/health`.
 */
export const SERVER_SCRIPT = `
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
const { env } = process;
console.log('version ' + (env.VERSION ?? 'none') + ' starts');
if (env.EXIT_CODE) process.exit(Number(env.EXIT_CODE));
if (env.CHILD) spawn('sleep', ['600'], { detached: env.CHILD === 'detached', stdio: 'ignore' });
let healthy = env.SICK !== '1';
let answered = 0;
const server = createServer((request, response) => {
  const [, what, detail] = request.url.split('/');
  if (what === 'exit') process.exit(Number(detail));
  if (what === 'sick' || what === 'well') healthy = what === 'well';
  if (what === 'say') console.log(decodeURIComponent(detail));
  const isWork = what === '' || what === 'work';
  const fails = isWork && env.FAIL_EVERY && ++answered % Number(env.FAIL_EVERY) === 0;
  response.statusCode = what === 'health' && !healthy ? 503 : fails ? 500 : 200;
  const answer = (text) => isWork && env.SLOW_MS ? setTimeout(() => response.end(text), Number(env.SLOW_MS)) : response.end(text);
  answer(what === 'env' ? JSON.stringify(env) : what === 'cwd' ? process.cwd() : healthy ? 'fine' : 'not fine');
});
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    console.log('got ' + signal);
    if (env.DEAF !== '1') env.LINGER_MS ? setTimeout(() => process.exit(0), Number(env.LINGER_MS)) : process.exit(0);
  });
const listen = () => server.listen(Number(env.PORT), '127.0.0.1', () => console.log('listening'));
const boot = () => (env.BOOT_FILE && !existsSync(env.BOOT_FILE) ? setTimeout(boot, 20) : listen());
setTimeout(boot, Number(env.BOOT_MS ?? 0));
`;

/** An image that runs {@link SERVER_SCRIPT}. */
export function serverImage(version: string, env: Readonly<Record<string, string>> = {}): ImageContent {
  return {
    files: { 'server.mjs': SERVER_SCRIPT },
    command: ['node', '/app/server.mjs'],
    env: { VERSION: version, ...env },
    labels: { version },
  };
}
