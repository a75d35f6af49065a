import { constants } from 'node:os';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { badRequest, failedPrecondition } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { LEASE_NONCE_HEADER, requireLease } from './leases.ts';
import { stopSignal } from './machine-config-schema.ts';
import { stopOptionsOf, stopTimeoutMs } from './machine-config.ts';
import type { StopOptions } from './supervisor-deps.ts';
import { waitForState } from './machine-wait.ts';
import { queryInt, readBody } from '../request-body.ts';
import type { MachineRecord } from '../records.ts';

const stopBody = z.looseObject({
  signal: stopSignal.or(z.literal('')).nullish(),
  timeout: z.union([z.string(), z.number()]).nullish(),
});
const signalBody = z.looseObject({ signal: z.union([z.string(), z.int()]) });

/** The signals of the API's SignalRequest. */
const SIGNALS: ReadonlySet<string> = new Set(
  'SIGABRT SIGALRM SIGFPE SIGHUP SIGILL SIGINT SIGKILL SIGPIPE SIGQUIT SIGSEGV SIGTERM SIGTRAP SIGUSR1 SIGUSR2'.split(
    ' ',
  ),
);

const WAITABLE = new Set(['started', 'stopped', 'suspended', 'destroyed', 'failed', 'settled']);
const WAIT_MAX_S = 60;
/** Fly's limit for suspending. */
const SUSPEND_MEMORY_MB_MAX = 2048;

/** What moves a machine from state to state, and waiting for it. */
export function lifecycleRoutes(context: FlyContext): Hono {
  const { supervisor, state } = context;
  const routes = new Hono();

  routes.post('/apps/:app/machines/:id/start', (c) => {
    const machine = leased(context, c, 'start');
    const previous = machine.state;
    if (previous === 'started') throw failedPrecondition('machine still active, refusing to start');
    if (previous === 'replacing') throw failedPrecondition('machine getting replaced, refusing to start');
    requireState(machine, 'start', ['stopped', 'suspended', 'failed']);
    void supervisor.start(machine);
    return c.json({ previous_state: previous, migrated: false, new_host: '' });
  });

  routes.post('/apps/:app/machines/:id/stop', async (c) => {
    const machine = leased(context, c, 'stop');
    const options = stopOptions(machine, await readBody(c, stopBody));
    if (['stopped', 'stopping'].includes(machine.state)) return c.json({ ok: true });
    requireState(machine, 'stop', ['started', 'starting', 'suspended']);
    void supervisor.stop(machine, options);
    return c.json({ ok: true });
  });

  routes.post('/apps/:app/machines/:id/restart', (c) => {
    const machine = leased(context, c, 'restart');
    const body = stopBody.safeParse({ signal: c.req.query('signal'), timeout: c.req.query('timeout') });
    if (!body.success) throw badRequest('invalid signal or timeout');
    const isForced = c.req.query('force_stop') === 'true';
    requireState(machine, 'restart', ['started', 'starting', 'stopped', 'suspended', 'failed']);
    void supervisor.restart(
      machine,
      isForced ? { signal: 'SIGKILL', timeoutMs: 0 } : stopOptions(machine, body.data),
    );
    return c.json({ ok: true });
  });

  routes.post('/apps/:app/machines/:id/suspend', (c) => {
    const machine = leased(context, c, 'suspend');
    if (machine.state === 'suspended') return c.json({ ok: true });
    requireState(machine, 'suspend', ['started']);
    if ((machine.config.guest?.memory_mb ?? 0) > SUSPEND_MEMORY_MB_MAX)
      throw failedPrecondition(`unable to suspend machine: more than ${SUSPEND_MEMORY_MB_MAX} MB of memory`);
    if (machine.config.schedule) throw failedPrecondition('unable to suspend machine: it has a schedule');
    void supervisor.suspend(machine);
    return c.json({ ok: true });
  });

  routes.post('/apps/:app/machines/:id/signal', async (c) => {
    const machine = found(context, c, 'signal');
    const signal = signalOf((await readBody(c, signalBody)).signal);
    requireState(machine, 'signal', ['started']);
    supervisor.live(machine).process?.signal(signal);
    return c.json({ ok: true });
  });

  for (const action of ['cordon', 'uncordon'] as const)
    routes.post(`/apps/:app/machines/:id/${action}`, (c) => {
      const machine = leased(context, c, action);
      if (machine.state === 'destroyed') throw failedPrecondition(`unable to ${action} a destroyed machine`);
      machine.cordoned = action === 'cordon';
      state.transition(machine, machine.state, { type: action, status: machine.state, source: 'user' });
      return c.json({ ok: true });
    });

  routes.get('/apps/:app/machines/:id/wait', async (c) => c.json(await wait(context, c)));
  return routes;
}

async function wait(context: FlyContext, c: Context): Promise<Record<string, unknown>> {
  const { app = '', id: machineId = '' } = c.req.param();
  const machine = context.state.machine(app, machineId);
  context.limiter.take('read', `wait ${machine.id}`);
  const asked = (c.req.queries('state') ?? [])
    .flatMap((value) => value.split(','))
    .filter((value) => value !== '');
  const states = asked.length === 0 ? ['started'] : asked;
  const unknown = states.find((state) => !WAITABLE.has(state));
  if (unknown !== undefined)
    throw badRequest(`invalid state: ${unknown}, must be one of ${[...WAITABLE].join(', ')}`);
  const version = c.req.query('version') || c.req.query('instance_id') || null;
  if (version !== null && !machine.versions.some((known) => known.id === version))
    throw badRequest(`machine ${machine.id} has no version ${version}`);
  const timeoutS = queryInt(c, 'timeout', { min: 0, max: WAIT_MAX_S, fallback: WAIT_MAX_S });
  return await waitForState(context, {
    app,
    machineId,
    states,
    version,
    fromEventId: c.req.query('from_event_id') || null,
    timeoutMs: timeoutS * 1000,
    signal: c.req.raw.signal,
  });
}

function found(context: FlyContext, c: Context, action: string): MachineRecord {
  const { app = '', id = '' } = c.req.param();
  const machine = context.state.machine(app, id);
  context.limiter.take('action', `${action} machine ${machine.id}`);
  return machine;
}

function leased(context: FlyContext, c: Context, action: string): MachineRecord {
  const machine = found(context, c, action);
  requireLease(machine, c.req.header(LEASE_NONCE_HEADER) ?? null, context.clock.now());
  return machine;
}

function requireState(machine: MachineRecord, action: string, allowed: readonly string[]): void {
  if (!allowed.includes(machine.state))
    throw failedPrecondition(`unable to ${action} machine from current state: '${machine.state}'`);
}

function stopOptions(machine: MachineRecord, body: z.infer<typeof stopBody>): StopOptions {
  const configured = stopOptionsOf(machine.config);
  const timeoutMs = stopTimeoutMs(body.timeout ?? null);
  if (body.timeout && timeoutMs === null)
    throw badRequest('invalid timeout: must be a duration such as "15s"');
  return { signal: body.signal || configured.signal, timeoutMs: timeoutMs ?? configured.timeoutMs };
}

function signalOf(signal: string | number): NodeJS.Signals {
  const name =
    typeof signal === 'string'
      ? signal
      : Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  if (name === undefined || !SIGNALS.has(name)) throw badRequest(`invalid signal: ${signal}`);
  return name as NodeJS.Signals;
}
