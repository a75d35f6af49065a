import type { Clock } from '../../util/clock.ts';
import { EXEC_OUTPUT_BYTES_MAX } from '../machines/machine-exec.ts';
import type { ExecRequest, ExecResult } from '../machines/machine-exec.ts';
import type { EngineClient } from './engine-client.ts';
import { isInContainer } from './is-in-container.ts';
import { logFrames } from './log-frames.ts';

/** How the engine tells of a command in a container. */
interface ExecAnswer {
  readonly Running: boolean;
  readonly ExitCode: number | null;
  readonly Pid: number;
}

const SIGKILL = 9;
/** Codes above are 128 + the signal that ended the command. */
const SIGNAL_CODES_FROM = 128;

/**
 * Runs a command in a container beside its own, with its environment and directory. The engine cannot end such a
 * command: one that takes too long is killed where its process can be reached from here, and else left to the container's
 * end.
 */
export async function execInContainer(options: {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly id: string;
  readonly command: readonly string[];
  readonly request: ExecRequest;
}): Promise<ExecResult> {
  const { client, clock, id, command, request } = options;
  const body = { AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: false, Cmd: command };
  const path = `/containers/${id}/exec`;
  const { Id } = (await client.json({ method: 'POST', path, body })) as { Id: string };
  const socket = await client.hijack({
    method: 'POST',
    path: `/exec/${Id}/start`,
    body: { Detach: false, Tty: false },
  });
  const inspect = async (): Promise<ExecAnswer> =>
    (await client.json({ method: 'GET', path: `/exec/${Id}/json` })) as ExecAnswer;
  // A command that does not read its input closes the connection under us.
  socket.on('error', () => undefined);
  socket.end(request.stdin);
  const ended = new AbortController();
  let timedOut = false;
  const timeout = clock.sleep(request.timeoutMs, ended.signal).then(
    async () => {
      timedOut = true;
      killLocally((await inspect()).Pid, id);
      socket.destroy();
    },
    () => undefined,
  );
  const output = await collect(socket);
  ended.abort();
  await timeout;
  const code = timedOut ? SIGNAL_CODES_FROM + SIGKILL : ((await inspect()).ExitCode ?? -1);
  const exitSignal = code > SIGNAL_CODES_FROM ? code - SIGNAL_CODES_FROM : 0;
  return { exitCode: code, exitSignal, ...output, timedOut };
}

async function collect(socket: AsyncIterable<Buffer>): Promise<{ stdout: string; stderr: string }> {
  const chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const sizes = { stdout: 0, stderr: 0 };
  try {
    for await (const { stream, bytes } of logFrames(socket)) {
      const room = EXEC_OUTPUT_BYTES_MAX - sizes[stream];
      if (room > 0) chunks[stream].push(Buffer.from(bytes.subarray(0, room)));
      sizes[stream] += bytes.length;
    }
  } catch {
    // Cut off by its end or ours: what came until then is what there is.
  }
  return {
    stdout: Buffer.concat(chunks.stdout).toString('utf8'),
    stderr: Buffer.concat(chunks.stderr).toString('utf8'),
  };
}

function killLocally(pid: number, id: string): void {
  if (!isInContainer(pid, id)) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Not ours to kill, or gone.
  }
}
