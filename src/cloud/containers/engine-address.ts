import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a container engine's API is. Only engines of this computer: they publish ports on its loopback. */
export type EngineAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'loopback'; readonly port: number };

const DEFAULT_SOCKET = '/var/run/docker.sock';
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * The engine that the docker command would use: `DOCKER_HOST`, else the context in use (`DOCKER_CONTEXT` or the docker
 * command's own setting), else the usual socket. Null for one that is not on this computer or not spoken to in the clear:
 * over ssh, TLS or a Windows pipe.
 */
export function engineAddress(env: Readonly<Record<string, string | undefined>>): EngineAddress | null {
  const host = env['DOCKER_HOST'];
  if (host !== undefined && host !== '') return parseEngineHost(host);
  const config = env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? '/', '.docker');
  const context =
    env['DOCKER_CONTEXT'] ?? stringAt(readJson(join(config, 'config.json')), ['currentContext']);
  if (context === null || context === '' || context === 'default')
    return parseEngineHost(`unix://${DEFAULT_SOCKET}`);
  // As the docker command keeps them: a directory named by the hash of the context's name.
  const hash = createHash('sha256').update(context).digest('hex');
  const meta = readJson(join(config, 'contexts', 'meta', hash, 'meta.json'));
  const endpoint = stringAt(meta, ['Endpoints', 'docker', 'Host']);
  return endpoint === null ? null : parseEngineHost(endpoint);
}

/** Reads `unix:///path` and `tcp://127.0.0.1:2375`; null for every other. */
export function parseEngineHost(text: string): EngineAddress | null {
  if (text.startsWith('unix://')) return { kind: 'socket', path: text.slice('unix://'.length) };
  const match = /^(?:tcp|http):\/\/(\[::1\]|[^:/]+):(\d+)\/?$/.exec(text);
  const [, host = '', port = ''] = match ?? [];
  return LOOPBACK_HOSTS.has(host) ? { kind: 'loopback', port: Number(port) } : null;
}

/** As `DOCKER_HOST` has it. */
export function formatEngineAddress(address: EngineAddress): string {
  return address.kind === 'socket' ? `unix://${address.path}` : `tcp://127.0.0.1:${address.port}`;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function stringAt(value: unknown, keys: readonly string[]): string | null {
  let at = value;
  for (const key of keys) at = (at as Record<string, unknown> | null)?.[key];
  return typeof at === 'string' ? at : null;
}
