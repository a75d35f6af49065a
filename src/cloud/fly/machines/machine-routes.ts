import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { badRequest, conflict, failedPrecondition } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { newMachineId, newMachineName, newUlid } from '../ids.ts';
import { acquireLease, LEASE_NONCE_HEADER, letLeaseBeStolen, requireLease } from './leases.ts';
import { metadataOf, parseMachineConfig, stopOptionsOf } from './machine-config.ts';
import type { MachineConfig } from './machine-config.ts';
import { machineSummary, machineView } from './machine-view.ts';
import { placeMachine, requireRegion, requireSameVolume } from '../apps/placement.ts';
import type { Placement } from '../apps/placement.ts';
import { queryFlag, readBody } from '../request-body.ts';
import { resolveImage } from './resolve-image.ts';
import type { AppRecord, ImageRef, MachineRecord } from '../records.ts';

const machineBody = z.looseObject({
  config: z.unknown(),
  name: z.string().nullish(),
  region: z.string().nullish(),
  skip_launch: z.boolean().nullish(),
  skip_service_registration: z.boolean().nullish(),
  lease_ttl: z.int().min(0).nullish(),
  min_secrets_version: z.int().min(0).nullish(),
  current_version: z.string().nullish(),
  skip_secrets: z.boolean().nullish(),
});

type MachineBody = z.infer<typeof machineBody>;

/** Versions kept per machine. */
const VERSIONS_MAX = 20;

/** Machines as resources: list, create, read, replace the config, destroy. */
export function machineRoutes(context: FlyContext): Hono {
  const { state, supervisor, hosts, limiter } = context;
  const routes = new Hono();
  const view = (machine: MachineRecord): Record<string, unknown> =>
    machineView(machine, supervisor.checksOf(machine), hosts.statusOf(machine));

  routes.get('/apps/:app/machines', (c) => {
    const app = state.app(c.req.param('app'));
    limiter.take('read', `list machines ${app.name}`);
    const isWanted = machineFilter(c);
    const isSummary = queryFlag(c, 'summary');
    const machines = state.machinesOf(app.name).filter(isWanted);
    return c.json(machines.map((machine) => (isSummary ? machineSummary(machine) : view(machine))));
  });

  routes.post('/apps/:app/machines', async (c) => {
    const app = state.app(c.req.param('app'));
    limiter.take('action', `create machine ${app.name}`);
    const machine = await createMachine(context, app, await readBody(c, machineBody));
    return c.json(withNonce(machine, view(machine)));
  });

  routes.get('/apps/:app/machines/:id', (c) => {
    const machine = state.machine(c.req.param('app'), c.req.param('id'));
    limiter.take('read', `machine ${machine.id}`);
    return c.json(view(machine));
  });

  routes.post('/apps/:app/machines/:id', async (c) => {
    const machine = state.machine(c.req.param('app'), c.req.param('id'));
    limiter.take('action', `update machine ${machine.id}`);
    const body = await readBody(c, machineBody);
    await updateMachine(context, machine, body, c.req.header(LEASE_NONCE_HEADER) ?? null);
    return c.json(body.lease_ttl ? withNonce(machine, view(machine)) : view(machine));
  });

  routes.delete('/apps/:app/machines/:id', (c) => {
    const machine = state.machine(c.req.param('app'), c.req.param('id'));
    limiter.take('action', `destroy machine ${machine.id}`);
    requireLease(machine, c.req.header(LEASE_NONCE_HEADER) ?? null, context.clock.now());
    const isForced = queryFlag(c, 'force') || queryFlag(c, 'kill');
    const isStill = ['created', 'stopped', 'suspended', 'failed'].includes(machine.state);
    if (machine.state === 'destroyed' || machine.state === 'destroying') return c.json({ ok: true });
    if (!isForced && !isStill)
      throw failedPrecondition(`unable to destroy machine, not currently stopped, it is '${machine.state}'`);
    destroyMachine(context, machine);
    return c.json({ ok: true });
  });
  return routes;
}

/** On a host that cannot be reached it is marked, and destroyed when the host is back: Fly, "Minimizing impact of dead hosts". */
function destroyMachine({ state, supervisor, hosts }: FlyContext, machine: MachineRecord): void {
  if (hosts.statusOf(machine) === 'ok') return void supervisor.destroy(machine);
  hosts.destroyLater(machine);
  state.transition(machine, 'destroying', { type: 'destroy', status: 'destroying', source: 'user' });
}

async function createMachine(context: FlyContext, app: AppRecord, body: MachineBody): Promise<MachineRecord> {
  const { state, supervisor, clock } = context;
  const config = parseMachineConfig(body.config);
  if (body.region) requireRegion(body.region);
  checkSecretsVersion(app, body);
  const imageRef = await resolveImage(context, app, config.image);
  const name = body.name || newMachineName();
  const twin = state.machinesOf(app.name).find((other) => other.name === name && other.state !== 'destroyed');
  if (twin !== undefined)
    throw conflict(
      `already_exists: unique machine name violation, machine ID ${twin.id} already exists with name "${name}"`,
    );
  // After this nothing is awaited: of two machines that want one volume, one gets it.
  const place = placeMachine(context, app, { region: body.region ?? '', config });
  const machine = newMachine({ app, name, place, config, imageRef, body, context });
  const isLaunched = body.skip_launch !== true;
  if (body.lease_ttl) lease(machine, body.lease_ttl, clock.now());
  state.transition(machine, 'created', { type: 'launch', status: 'created', source: 'user' });
  // The answer says `created`, as on Fly: what follows begins when it has been written.
  setImmediate(() => {
    // It may have been destroyed in between; a machine that is gone must not come back.
    if (machine.state !== 'created') return;
    void (isLaunched ? supervisor.start(machine) : supervisor.settleCreated(machine));
  });
  return machine;
}

function newMachine(options: {
  readonly app: AppRecord;
  readonly name: string;
  readonly place: Placement;
  readonly config: MachineConfig;
  readonly imageRef: ImageRef;
  readonly body: MachineBody;
  readonly context: FlyContext;
}): MachineRecord {
  const { app, name, place, config, imageRef, body, context } = options;
  const now = context.clock.now();
  const instanceId = newUlid(now);
  return {
    id: newMachineId(),
    app: app.name,
    name,
    ...place,
    number: context.state.nextNumber(),
    createdAt: now,
    state: 'created',
    instanceId,
    config,
    imageRef,
    updatedAt: now,
    cordoned: body.skip_service_registration === true,
    events: [],
    versions: [{ id: instanceId, config }],
    lease: null,
    process: null,
    port: null,
    startedAt: null,
    restartedAt: [],
    launchAfterReplace: body.skip_launch !== true,
    startNextTime: false,
    memoryLimitMb: null,
    skipsSecrets: body.skip_secrets === true,
  };
}

async function updateMachine(
  context: FlyContext,
  machine: MachineRecord,
  body: MachineBody,
  nonce: string | null,
): Promise<void> {
  const { state, supervisor, clock } = context;
  letLeaseBeStolen(context, machine, nonce);
  const check = (): void => {
    requireLease(machine, nonce, clock.now());
    if (body.current_version && body.current_version !== machine.instanceId)
      throw conflict(
        `aborted: current_version ${body.current_version} does not match the machine's ${machine.instanceId}`,
      );
    if (machine.state === 'replacing')
      throw failedPrecondition('machine getting replaced, refusing to update');
    if (['destroying', 'destroyed', 'stopping', 'restarting', 'suspending'].includes(machine.state))
      throw failedPrecondition(`unable to update machine from current state: '${machine.state}'`);
  };
  check();
  if (body.name && body.name !== machine.name) throw badRequest("a machine's name cannot be changed");
  if (body.region && body.region !== machine.region) throw badRequest("a machine's region cannot be changed");
  const config = parseMachineConfig(body.config);
  requireSameVolume(machine, config);
  checkSecretsVersion(state.app(machine.app), body);
  const imageRef = await resolveImage(context, state.app(machine.app), config.image);
  // Somebody else may have come first while the image was looked up.
  check();
  const stop = stopOptionsOf(machine.config);
  machine.instanceId = newUlid(clock.now());
  machine.config = config;
  machine.imageRef = imageRef;
  machine.versions = [{ id: machine.instanceId, config }, ...machine.versions].slice(0, VERSIONS_MAX);
  machine.launchAfterReplace = body.skip_launch !== true;
  machine.skipsSecrets = body.skip_secrets === true;
  if (body.skip_service_registration === true) machine.cordoned = true;
  if (body.lease_ttl) lease(machine, body.lease_ttl, clock.now());
  void supervisor.replace(machine, stop);
}

function checkSecretsVersion(app: AppRecord, body: MachineBody): void {
  const wanted = body.min_secrets_version ?? 0;
  if (wanted > app.secretsVersion)
    throw badRequest(
      `min_secrets_version ${wanted} is not there yet, the app's secrets are at ${app.secretsVersion}`,
    );
}

function lease(machine: MachineRecord, ttlSeconds: number, now: number): void {
  const nonce = machine.lease?.nonce ?? null;
  acquireLease(machine, { ttlSeconds, description: '', nonce, now });
}

function withNonce(machine: MachineRecord, view: Record<string, unknown>): Record<string, unknown> {
  return machine.lease === null ? view : { ...view, nonce: machine.lease.nonce };
}

/** The filters of a list: region, state (also as a bare `?started`), metadata.{key}; destroyed ones only on request. */
export function machineFilter(c: Context): (machine: MachineRecord) => boolean {
  const query = c.req.query();
  const { region } = query;
  const bare = Object.keys(query).filter((key) => query[key] === '' && /^[a-z]+$/.test(key));
  const states = query['state'] ? query['state'].split(',') : bare.filter((key) => !(key in FLAGS));
  const metadata = Object.entries(query)
    .filter(([key]) => key.startsWith('metadata.'))
    .map(([key, value]) => [key.slice('metadata.'.length), value] as const);
  const withDestroyed = queryFlag(c, 'include_deleted') || states.includes('destroyed');
  return (machine) =>
    (withDestroyed || machine.state !== 'destroyed') &&
    (!region || machine.region === region) &&
    (states.length === 0 || states.includes(machine.state)) &&
    metadata.every(([key, value]) => metadataOf(machine.config)[key] === value);
}

const FLAGS = { include_deleted: true, summary: true, region: true, state: true, cursor: true } as const;
