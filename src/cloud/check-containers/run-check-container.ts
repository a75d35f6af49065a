import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Clock } from '../../util/clock.ts';
import { lineSplitter } from '../../util/line-splitter.ts';
import { EngineError } from '../containers/engine-client.ts';
import type { EngineClient } from '../containers/engine-client.ts';
import { removeContainers } from '../containers/left-containers.ts';
import { logFrames } from '../containers/log-frames.ts';
import { checkContainerBody } from './check-container-body.ts';
import type { CheckContainerSpec } from './check-container-spec.ts';
import { openCheckNetwork } from './check-network.ts';
import { CHECK_LABEL, checkOwner } from './check-owner.ts';
import { removeCheckVolume } from './left-check-containers.ts';

/** What running a check in a container takes. */
export interface CheckContainerRun {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly spec: CheckContainerSpec;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
  /** Takes secrets out of lines that are told in pieces. */
  readonly redact?: (text: string) => string;
}

/** How it ended. */
export interface CheckContainerEnd {
  /** Null where it was killed by a signal. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** What is in the directories that were to be listed; null where it was ended before it could say so. */
  readonly listed: ReadonlySet<string> | null;
}

/** As a process group on the host: after SIGTERM it has this long before SIGKILL. */
const STOP_SECONDS = 5;
/** Codes above are 128 + the signal that ended the command. */
const SIGNAL_CODES_FROM = 128;
const HIGHEST_SIGNAL = 64;

/**
 * Runs a check in a container that is gone when this resolves or throws, with its network, its volume and every process
 * in it. Throws the reason of the signal, and CHECK_CONTAINER_FAILED with what the engine says where it does not run.
 */
export async function runCheckContainer(run: CheckContainerRun): Promise<CheckContainerEnd> {
  run.signal.throwIfAborted();
  const { client, spec } = run;
  const made: (() => Promise<void>)[] = [];
  try {
    const volume = spec.writes.kind === 'layer' ? await createVolume(client, spec) : null;
    if (volume !== null) made.push(() => removeCheckVolume(client, volume));
    const network = await openCheckNetwork(client, spec);
    made.push(network.close);
    const { hostAddress } = network;
    const id = await createContainer(run, { volume, network: network.name, hostAddress });
    made.push(() => removeContainers(client, [id]));
    return await attachAndRun(run, id);
  } finally {
    for (const remove of made.toReversed()) await remove();
  }
}

/** A directory in which what is written goes into `upper`, and all else is the checkout's. */
async function createVolume(client: EngineClient, { top, writes }: CheckContainerSpec): Promise<string> {
  const name = `glidepath-check-${randomBytes(6).toString('hex')}`;
  if (writes.kind !== 'layer') return name;
  const paths = Object.entries({ lowerdir: top, upperdir: writes.upper, workdir: writes.work });
  const o = paths.map(([key, path]) => `${key}=${path.replaceAll(/[\\:,]/g, String.raw`\$&`)}`);
  if (writes.isVolatile) o.push('volatile');
  const body = {
    Name: name,
    Driver: 'local',
    DriverOpts: { type: 'overlay', device: 'overlay', o: o.join(',') },
    Labels: { [CHECK_LABEL]: checkOwner() },
  };
  await client.json({ method: 'POST', path: '/volumes/create', body });
  return name;
}

async function createContainer(
  { client, spec }: CheckContainerRun,
  made: { readonly volume: string | null; readonly network: string; readonly hostAddress: string | null },
): Promise<string> {
  const image = (await client.json({ method: 'GET', path: `/images/${spec.image}/json` })) as {
    readonly Config?: { readonly Env?: readonly string[] | null };
  };
  const path = image.Config?.Env?.find((entry) => entry.startsWith('PATH='))?.slice('PATH='.length);
  const body = checkContainerBody(spec, {
    ...made,
    labels: { [CHECK_LABEL]: checkOwner() },
    imagePath: path ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  });
  const { Id } = (await client.json({ method: 'POST', path: '/containers/create', body })) as { Id: string };
  return Id;
}

async function attachAndRun(run: CheckContainerRun, id: string): Promise<CheckContainerEnd> {
  const { client, clock, spec, signal } = run;
  const query = { stream: '1', stdin: '1', stdout: '1', stderr: '1' };
  const socket = await client.hijack({ method: 'POST', path: `/containers/${id}/attach`, query });
  socket.on('error', () => undefined);
  const done = new AbortController();
  try {
    await client.json({ method: 'POST', path: `/containers/${id}/start` });
  } catch (error) {
    socket.destroy();
    throw notStarted(error, spec);
  }
  let timedOut = false;
  const stop = (): void => void stopContainer(client, id).catch(() => socket.destroy());
  clock.sleep(spec.timeoutMs, done.signal).then(
    () => {
      timedOut = true;
      stop();
    },
    () => undefined,
  );
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    await tellLines(socket, run);
    const code = await exitCodeOf(client, id);
    signal.throwIfAborted();
    if (!timedOut && !existsSync(join(spec.exchange, 'begun'))) throw notBegun(spec);
    const wasSignalled = timedOut || (code > SIGNAL_CODES_FROM && code <= SIGNAL_CODES_FROM + HIGHEST_SIGNAL);
    return { exitCode: wasSignalled ? null : code, timedOut, listed: await readListed(spec) };
  } finally {
    done.abort();
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

async function stopContainer(client: EngineClient, id: string): Promise<void> {
  await client.jsonOrNull({
    method: 'POST',
    path: `/containers/${id}/stop`,
    query: { t: String(STOP_SECONDS) },
  });
}

/** Until the end of its output, which is the end of its processes. */
async function tellLines(socket: Duplex, { onLine, redact }: CheckContainerRun): Promise<void> {
  const options = { onLine, ...(redact === undefined ? {} : { redact }) };
  const splitters = { stdout: lineSplitter(options), stderr: lineSplitter(options) };
  try {
    for await (const { stream, bytes } of logFrames(socket)) splitters[stream].write(bytes);
  } catch {
    // Cut off by the engine: what came until then is what there is.
  }
  splitters.stdout.end();
  splitters.stderr.end();
}

async function exitCodeOf(client: EngineClient, id: string): Promise<number> {
  const answer = await client.stream({ method: 'POST', path: `/containers/${id}/wait` });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const { StatusCode } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { StatusCode: number };
  return StatusCode;
}

async function readListed({ exchange }: CheckContainerSpec): Promise<ReadonlySet<string> | null> {
  if (!existsSync(join(exchange, 'done'))) return null;
  const text = await readFile(join(exchange, 'listed'), 'utf8');
  return new Set(text.split('\n').filter((line) => line !== ''));
}

function notStarted(error: unknown, spec: CheckContainerSpec): unknown {
  if (!(error instanceof EngineError)) return error;
  const said = error.message.trim();
  if (!/overlay|invalid argument|mount/i.test(said)) return notBegun(spec, said, error);
  return new ToolError(
    'CHECK_CONTAINER_FAILED',
    `The files of the check ${spec.name} could not be mounted: ${said}`,
    {
      hint: 'Let TMPDIR be on an ordinary disk: the engine lays a file system from there over the checkout.',
      cause: error,
    },
  );
}

function notBegun(
  spec: CheckContainerSpec,
  said = 'it ended before the shell began',
  cause?: unknown,
): ToolError {
  return new ToolError(
    'CHECK_CONTAINER_FAILED',
    `The container of the check ${spec.name} did not start: ${said}`,
    {
      hint: `See that the image has /bin/sh: docker run --rm ${spec.image} /bin/sh -c true`,
      cause,
    },
  );
}
