import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import {
  listProcesses,
  processTree,
  processTreeUsage,
  workingDirectory,
} from '../../machines/process-table.ts';
import { badRequest, failedPrecondition, FlyApiError } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import type { MachineRecord } from '../records.ts';
import { queryInt, readBody } from '../request-body.ts';

const execBody = z.looseObject({
  command: z.array(z.string()).nullish(),
  cmd: z.string().nullish(),
  stdin: z.string().nullish(),
  timeout: z.int().min(0).nullish(),
  container: z.string().nullish(),
});
const memoryBody = z.looseObject({ limit_mb: z.int().min(1) });

const EXEC_TIMEOUT_DEFAULT_S = 60;
const EXEC_TIMEOUT_MAX_S = 3600;
const EVENT_LIMIT = { min: 1, max: 100, fallback: 20 } as const;
const MEGABYTE = 1024 * 1024;

/** What can be seen of a machine, and running a command in it. */
export function inspectRoutes(context: FlyContext): Hono {
  const { state } = context;
  const routes = new Hono();
  const machineOf = (c: Context, what: string): MachineRecord => {
    const { app = '', id = '' } = c.req.param();
    const machine = state.machine(app, id);
    context.limiter.take(c.req.method === 'GET' ? 'read' : 'action', `${what} ${machine.id}`);
    return machine;
  };

  routes.get('/apps/:app/machines/:id/events', (c) => {
    const machine = machineOf(c, 'events');
    return c.json(machine.events.slice(0, queryInt(c, 'limit', EVENT_LIMIT)));
  });

  routes.get('/apps/:app/machines/:id/versions', (c) => {
    const { versions } = machineOf(c, 'versions');
    return c.json(versions.map((version) => ({ version: version.id, user_config: version.config })));
  });

  routes.get('/apps/:app/machines/:id/ps', (c) =>
    c.json(processViews(runningPid(context, machineOf(c, 'ps')))),
  );

  routes.post('/apps/:app/machines/:id/exec', async (c) =>
    c.json(await exec(context, machineOf(c, 'exec'), c)),
  );

  routes.get('/apps/:app/machines/:id/memory', (c) => c.json(memoryView(context, machineOf(c, 'memory'))));

  routes.put('/apps/:app/machines/:id/memory', async (c) => {
    const machine = machineOf(c, 'memory');
    machine.memoryLimitMb = (await readBody(c, memoryBody)).limit_mb;
    state.saveMachine(machine);
    return c.json(memoryView(context, machine));
  });

  routes.post('/apps/:app/machines/:id/memory/reclaim', (c) => {
    // A plain process has no balloon: nothing can be taken back.
    machineOf(c, 'reclaim memory');
    return c.json({ actual_mb: 0 });
  });
  return routes;
}

function runningPid(context: FlyContext, machine: MachineRecord): number {
  const pid = context.supervisor.live(machine).process?.ref.pid;
  if (pid === undefined) throw failedPrecondition(`machine is not running, it is '${machine.state}'`);
  return pid;
}

function processViews(leader: number): object[] {
  const rows = listProcesses();
  return processTree(leader, rows).map((row) => {
    const alone = processTreeUsage(row.pid, [row]);
    return {
      pid: row.pid,
      command: row.command,
      directory: workingDirectory(row.pid),
      cpu: Math.round(row.cpuMs),
      rss: alone.memoryBytes,
      rtime: Math.round(row.cpuMs),
      stime: 0,
      listen_sockets: [],
    };
  });
}

async function exec(context: FlyContext, machine: MachineRecord, c: Context): Promise<object> {
  const body = await readBody(c, execBody);
  // The old field is one string, which Fly splits like a shell does.
  const command = body.command ?? (body.cmd ? ['/bin/sh', '-c', body.cmd] : []);
  if (command.length === 0) throw badRequest('command is required');
  const timeoutS = Math.min(body.timeout || EXEC_TIMEOUT_DEFAULT_S, EXEC_TIMEOUT_MAX_S);
  runningPid(context, machine);
  const launch = await context.supervisor.launchSpecOf(machine);
  const result = await context.runtime.exec(
    {
      machineId: machine.id,
      command: launch.inImage(command),
      cwd: launch.cwd,
      mounts: launch.mounts,
      env: launch.envFor(machine.port ?? 0),
    },
    { stdin: body.stdin ?? '', timeoutMs: timeoutS * 1000 },
  );
  if (result.timedOut)
    throw new FlyApiError(408, `deadline_exceeded: the command did not end within ${timeoutS}s`);
  return {
    exit_code: result.exitCode,
    exit_signal: result.exitSignal,
    stdout: result.stdout,
    stderr: result.stderr,
  };
}

function memoryView(context: FlyContext, machine: MachineRecord): object {
  const limitMb = machine.memoryLimitMb ?? machine.config.guest?.memory_mb ?? 0;
  const pid = context.supervisor.live(machine).process?.ref.pid;
  const usedMb = pid === undefined ? 0 : processTreeUsage(pid).memoryBytes / MEGABYTE;
  return { limit_mb: limitMb, available_mb: Math.max(0, Math.round(limitMb - usedMb)) };
}
