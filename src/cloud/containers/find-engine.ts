import { request as httpRequest } from 'node:http';
import { engineAddress } from './engine-address.ts';
import type { EngineAddress } from './engine-address.ts';
import { connectionOf, EngineClient } from './engine-client.ts';

/** A container engine of this computer that answers. */
export interface Engine {
  readonly client: EngineClient;
  /** `Docker 28.2.2`, for people. */
  readonly name: string;
  /** Cores that a container can be given. */
  readonly cpus: number;
}

/** An engine that runs answers within milliseconds; nobody waits longer to learn that there is none. */
const PING_TIMEOUT_MS = 1_500;

/** The engine that the environment names, if it is one of this computer, runs Linux containers, and answers now. */
export async function findEngine(env: Readonly<Record<string, string | undefined>>): Promise<Engine | null> {
  const address = engineAddress(env);
  return address === null ? null : engineAt(address);
}

/** The engine at an address; null when none answers. */
export async function engineAt(address: EngineAddress): Promise<Engine | null> {
  const signal = AbortSignal.timeout(PING_TIMEOUT_MS);
  const version = await ping(address, signal);
  if (version === null) return null;
  const client = new EngineClient(address, version);
  const info = (await client.json({ method: 'GET', path: '/info', signal }).catch(() => null)) as {
    NCPU?: number;
    OSType?: string;
    ServerVersion?: string;
  } | null;
  if (info === null || info.OSType !== 'linux') return null;
  return { client, name: `Docker ${info.ServerVersion ?? version}`, cpus: info.NCPU ?? 1 };
}

/** The version of its API, which every engine puts into the answer's headers. */
function ping(address: EngineAddress, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { method: 'GET', path: '/_ping', headers: { host: 'docker' }, signal };
    const sent = httpRequest({ ...options, ...connectionOf(address) });
    sent.once('error', () => resolve(null));
    sent.once('response', (answer) => {
      answer.resume();
      const version = answer.headers['api-version'];
      resolve(answer.statusCode === 200 && typeof version === 'string' ? version : null);
    });
    sent.end();
  });
}
