import type { FlyClient, FlyRequest } from './fly-client.ts';
import { hasStatus } from './fly-api-error.ts';
import { answeredMachine } from '../machines/answered-machine.ts';
import { READ_MACHINE_LIMIT } from './fly-limits.ts';
import type { Lease, Machine, MachineConfig } from './wire-types.ts';

/** Names one machine. */
export interface MachineRef {
  readonly app: string;
  readonly id: string;
}

/** How a changing call is made: under which lease, and until when. */
interface CallOptions {
  readonly nonce?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Body of a creation or an update. */
export interface MachineInput {
  readonly config: MachineConfig;
  readonly region?: string;
  readonly skip_launch?: boolean;
  /** Starts it out of the proxy's rotation: it is cordoned until it is uncordoned. */
  readonly skip_service_registration?: boolean;
  readonly current_version?: string;
  readonly min_secrets_version?: number;
}

/** The machine half of the Machines API, typed. Paths and bodies: OpenAPI "Machines API 1.0". */
export interface MachinesApi {
  /** All machines that are not destroyed. Null when there is no such app. */
  list(app: string, signal?: AbortSignal): Promise<Machine[] | null>;
  get(ref: MachineRef, signal?: AbortSignal): Promise<Machine>;
  create(app: string, input: MachineInput, signal?: AbortSignal): Promise<Machine>;
  update(ref: MachineRef, input: MachineInput, options: CallOptions): Promise<Machine>;
  cordon(ref: MachineRef, options: CallOptions): Promise<void>;
  uncordon(ref: MachineRef, options: CallOptions): Promise<void>;
  /** Starts a stopped or suspended one; it need not run when this resolves. One that runs already is no error. */
  start(ref: MachineRef, options: CallOptions): Promise<void>;
  /** Asks it to stop; it need not have stopped when this resolves. */
  stop(ref: MachineRef, options: CallOptions): Promise<void>;
  /** Ends its process at once. */
  kill(ref: MachineRef, options: CallOptions): Promise<void>;
  /** Sets metadata of it beside what there is; it is neither restarted nor another version of itself. */
  setMetadata(
    ref: MachineRef,
    metadata: Readonly<Record<string, string>>,
    options: CallOptions,
  ): Promise<void>;
  /** Ends and removes it. One that is gone already is no error. */
  destroy(ref: MachineRef, options: CallOptions): Promise<void>;
  /** Takes a lease, or with `nonce` lengthens one. */
  lease(
    ref: MachineRef,
    lease: { ttlSeconds: number; description: string },
    options: CallOptions,
  ): Promise<Lease>;
  /** Null when nobody holds one. */
  findLease(ref: MachineRef, signal?: AbortSignal): Promise<Lease | null>;
  releaseLease(ref: MachineRef, options: CallOptions): Promise<void>;
}

/** Sends one change of a machine. */
type Change = (
  ref: MachineRef,
  method: FlyRequest['method'],
  path: string,
  options: CallOptions & {
    body?: unknown;
    query?: Record<string, string | boolean>;
    isRepeatable?: boolean;
  },
) => Promise<unknown>;

/** Makes the typed calls over a client of `https://api.machines.dev` or the same API elsewhere. */
export function createMachinesApi(client: FlyClient): MachinesApi {
  const change: Change = async (ref, method, path, options) =>
    client.send({ method, path: pathOf(ref) + path, resource: nameOf(ref), subject: ref.id, ...options });
  return {
    async list(app, signal) {
      const path = `${appPath(app)}/machines`;
      const answer = client.send({ method: 'GET', path, resource: `app ${app}`, subject: app, signal });
      const machines = (await nullIfMissing(answer)) as unknown[] | null;
      return machines?.map(answeredMachine) ?? null;
    },
    async get(ref, signal) {
      const request = { method: 'GET', path: pathOf(ref), resource: nameOf(ref), subject: ref.id } as const;
      return answeredMachine(await client.send({ ...request, limit: READ_MACHINE_LIMIT, signal }));
    },
    async create(app, input, signal) {
      const path = `${appPath(app)}/machines`;
      const where = input.region === undefined ? '' : ` in ${input.region}`;
      const resource = `a new machine of app ${app}${where}`;
      const request = { method: 'POST', path, body: input, resource, subject: app, signal } as const;
      return answeredMachine(await client.send(request));
    },
    async update(ref, input, options) {
      return answeredMachine(await change(ref, 'POST', '', { ...options, body: input }));
    },
    ...lifecycleCalls(change),
    async destroy(ref, options) {
      const query = { force: true };
      await nullIfMissing(change(ref, 'DELETE', '', { ...options, query, isRepeatable: true }));
    },
    async setMetadata(ref, metadata, options) {
      await change(ref, 'PATCH', '/metadata', { ...options, body: { metadata }, isRepeatable: true });
    },
    async lease(ref, { ttlSeconds, description }, options) {
      const body = { ttl: ttlSeconds, description };
      return leaseOf(await change(ref, 'POST', '/lease', { ...options, body }));
    },
    async findLease(ref, signal) {
      const path = `${pathOf(ref)}/lease`;
      const request = {
        method: 'GET',
        path,
        resource: `the lease of ${nameOf(ref)}`,
        subject: ref.id,
      } as const;
      const answer = await nullIfMissing(client.send({ ...request, signal }));
      return answer === null ? null : leaseOf(answer);
    },
    async releaseLease(ref, options) {
      await nullIfMissing(change(ref, 'DELETE', '/lease', { ...options, isRepeatable: true }));
    },
  };
}

/** Rotation, start and stop: all may be sent twice. */
function lifecycleCalls(
  change: Change,
): Pick<MachinesApi, 'cordon' | 'uncordon' | 'start' | 'stop' | 'kill'> {
  return {
    async cordon(ref, options) {
      await change(ref, 'POST', '/cordon', { ...options, isRepeatable: true });
    },
    async uncordon(ref, options) {
      await change(ref, 'POST', '/uncordon', { ...options, isRepeatable: true });
    },
    async start(ref, options) {
      try {
        await change(ref, 'POST', '/start', { ...options, isRepeatable: true });
      } catch (error) {
        // "machine still active": the answer of an earlier try was lost, or somebody else was quicker.
        if (!hasStatus(error, 412) || !error.detail.includes('still active')) throw error;
      }
    },
    async stop(ref, options) {
      await change(ref, 'POST', '/stop', { ...options, body: {}, isRepeatable: true });
    },
    async kill(ref, options) {
      await change(ref, 'POST', '/stop', { ...options, body: { signal: 'SIGKILL' }, isRepeatable: true });
    },
  };
}

/** How a machine is named in messages. */
export function nameOf(ref: MachineRef): string {
  return `machine ${ref.id} of app ${ref.app}`;
}

/** The path of an app. */
export function appPath(app: string): string {
  return `/v1/apps/${encodeURIComponent(app)}`;
}

function pathOf(ref: MachineRef): string {
  return `${appPath(ref.app)}/machines/${encodeURIComponent(ref.id)}`;
}

/** Null instead of a 404. */
export async function nullIfMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (hasStatus(error, 404)) return null;
    throw error;
  }
}

/** The docs wrap a lease in `data`, the OpenAPI document does not: both are taken. */
function leaseOf(answer: unknown): Lease {
  const { data } = answer as { data?: Lease };
  return data ?? (answer as Lease);
}
