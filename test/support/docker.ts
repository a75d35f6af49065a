import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { formatEngineAddress } from '../../src/cloud/containers/engine-address.ts';
import { findEngine } from '../../src/cloud/containers/find-engine.ts';
import type { Engine } from '../../src/cloud/containers/find-engine.ts';
import { findDockerCommand } from '../../src/providers/build/docker-command.ts';
import type { DockerCommand } from '../../src/providers/build/docker-command.ts';
import { systemClock } from '../../src/util/clock.ts';

/** A container engine of this computer and the command that builds with it. */
export interface Docker {
  readonly engine: Engine;
  readonly command: DockerCommand;
  /** Runs the docker command; resolves to what it printed. */
  run(...args: string[]): Promise<string>;
  /** Runs it, and answers what went wrong instead of throwing. */
  failure(...args: string[]): Promise<string>;
}

/**
 * An image with Node, a shell and a handful of tools, made of this computer's own files: no image can be pulled on a
 * machine without a network.
 */
export const BASE_IMAGE = 'glidepath-test/node:24-2';

const WITH_LOGIN: ReadonlySet<string> = new Set(['login', 'logout', 'manifest', 'pull', 'push']);
const TOOLS = ['cat', 'env', 'id', 'ls', 'mkdir', 'sleep'];

/** The engine and its command, with {@link BASE_IMAGE} in it; null where there is none. */
export async function findDocker(): Promise<Docker | null> {
  if (process.platform !== 'linux') return null;
  const engine = await findEngine(process.env);
  const command = await findDockerCommand({ env: process.env, spawn, clock: systemClock });
  if (engine === null || command === null) return null;
  // The logins of a test are nobody else's, and nobody's settings.
  const logins = mkdtempSync(join(tmpdir(), 'glidepath-logins-'));
  process.once('exit', () => rmSync(logins, { recursive: true, force: true }));
  const own = { DOCKER_HOST: formatEngineAddress(engine.client.address), DOCKER_CONFIG: logins };
  const run = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, ...command.env, ...(WITH_LOGIN.has(args[0] ?? '') ? own : {}) };
    const { stdout } = await promisify(execFile)(command.program, args, { env, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  };
  const failure = (...args: string[]): Promise<string> =>
    run(...args).then(
      () => '',
      (error: unknown) => String((error as { stderr?: string }).stderr),
    );
  const hasBase = (await run('image', 'ls', '--quiet', BASE_IMAGE)).trim() !== '';
  if (!hasBase) makeBaseImage(command);
  return { engine, command, run, failure };
}

/** Copies the programs and the libraries they need into a tree of its own and imports it. */
function makeBaseImage(command: DockerCommand): void {
  const root = mkdtempSync(join(tmpdir(), 'glidepath-base-'));
  try {
    for (const dir of ['etc', 'tmp', 'root', 'app']) mkdirSync(join(root, dir));
    const programs = [
      ['/bin/sh', '/bin/sh'],
      [process.execPath, '/usr/local/bin/node'],
      ...TOOLS.map((name) => [execFileSync('which', [name], { encoding: 'utf8' }).trim(), `/bin/${name}`]),
    ];
    for (const [from = '', to = ''] of programs) {
      put(root, realpathSync(from), to);
      for (const library of librariesOf(from)) put(root, realpathSync(library), library);
    }
    // Node itself does not need it, and native modules of packages do.
    const libc = librariesOf(process.execPath).find((library) => library.endsWith('/libc.so.6'));
    const librt = join(dirname(libc ?? '/'), 'librt.so.1');
    if (existsSync(librt)) put(root, realpathSync(librt), librt);
    writeFileSync(
      join(root, 'etc', 'passwd'),
      'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\n',
    );
    writeFileSync(join(root, 'etc', 'group'), 'root:x:0:\nnode:x:1000:\n');
    const tar = `tar -C '${root}' --owner=0 --group=0 --mode='a+rX,u+w' -cf - .`;
    const docker = `'${command.program}' import --change 'ENV PATH=/usr/local/bin:/bin' - ${BASE_IMAGE}`;
    execFileSync('/bin/sh', ['-c', `${tar} | ${docker}`], { env: { ...process.env, ...command.env } });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function put(root: string, from: string, to: string): void {
  mkdirSync(join(root, dirname(to)), { recursive: true });
  copyFileSync(from, join(root, dirname(to), basename(to)));
}

function librariesOf(program: string): string[] {
  try {
    const text = execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return [...text.matchAll(/(\/[^\s()]+)/g)].map((match) => match[1] ?? '');
  } catch {
    // A program without libraries.
    return [];
  }
}
