// The daemon of the local cloud: started in the background by `glidepath cloud up`, ended by `cloud down`.
import { closeSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from '../util/clock.ts';
import { ownCommand } from '../util/own-file.ts';
import type { StartReport } from './control/start-report.ts';
import type { MachinesRequest } from './containers/machines-mode.ts';
import { idleSettings } from './edge/idle-watch.ts';
import { networkVariables } from './server/network-variables.ts';
import { DEFAULT_PORTS, startCloud } from './server/start-cloud.ts';
import type { Cloud } from './server/start-cloud.ts';
import { startFailure } from './server/start-failure.ts';

const STDOUT = 1;

const { values } = parseArgs({
  options: {
    'state-dir': { type: 'string' },
    port: { type: 'string' },
    'edge-port': { type: 'string' },
    'idle-ms': { type: 'string' },
    'region-latency-ms': { type: 'string', multiple: true },
    machines: { type: 'string' },
    cli: { type: 'string' },
    'report-fd': { type: 'string' },
  },
});
const stateDir = values['state-dir'] ?? '.glidepath/cloud';
/** Where tests want every exchange written down; nothing else sets it. */
const recordExchangesTo = process.env['GLIDEPATH_RECORD_EXCHANGES'];
/** Where tests want what a killed cloud leaves to go on for longer, or not at all; nothing else sets it. */
const lingerMs = process.env['GLIDEPATH_CLOUD_LINGER_MS'];
const reportFd = Number(values['report-fd'] ?? STDOUT);

try {
  const idleMs = values['idle-ms'] === undefined ? undefined : Number(values['idle-ms']);
  const cloud = await startCloud({
    stateDir,
    apiPort: Number(values.port ?? DEFAULT_PORTS.api),
    edgePort: Number(values['edge-port'] ?? DEFAULT_PORTS.edge),
    clock: systemClock,
    ...(recordExchangesTo === undefined ? {} : { recordExchangesTo }),
    ...(lingerMs === undefined ? {} : { lingerMs: Number(lingerMs) }),
    jobs: {
      path: process.env['PATH'] ?? '',
      own: { node: process.execPath, cli: values.cli ?? ownCommand() },
      variables: networkVariables(process.env),
    },
    machines: { asked: (values.machines ?? 'auto') as MachinesRequest, env: process.env },
    regionLatencyMs: Object.fromEntries(
      (values['region-latency-ms'] ?? [])
        .map((each) => each.split('='))
        .map(([region, ms]) => [region, Number(ms)]),
    ),
    ...(idleMs === undefined ? {} : { idle: idleSettings(idleMs), databaseIdleMs: idleMs }),
  });
  endOnSignals(cloud);
  report({ ok: true, info: cloud.info });
  await cloud.closed;
  process.exit(0);
} catch (error) {
  const failure = startFailure(error, stateDir);
  const { code, message, hint } = failure;
  process.stderr.write(`${failure.cause instanceof Error ? failure.cause.stack : failure.stack}\n`);
  report({ ok: false, code, message, ...(hint === undefined ? {} : { hint }) });
  process.exit(1);
}

function endOnSignals(cloud: Cloud): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      void cloud.close();
    });
  }
}

/** One line to whoever launched it; they may be gone already. */
function report(line: StartReport): void {
  try {
    writeSync(reportFd, `${JSON.stringify(line)}\n`);
    if (reportFd !== STDOUT) closeSync(reportFd);
  } catch {
    // Nobody listens any more; cloud.json says the same.
  }
}
