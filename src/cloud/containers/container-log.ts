import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Clock } from '../../util/clock.ts';
import type { EngineClient } from './engine-client.ts';
import { logFrames } from './log-frames.ts';

/** A stream that breaks off while the container runs is taken up again after this. */
const AGAIN_MS = 500;
const NEWLINE = 0x0a;
const SPACE = 0x20;

/**
 * Copies what a container prints into the machine's log until it has ended or the signal aborts. The time of the last
 * line that was copied is kept beside the log, so that a daemon that comes after a killed one goes on from there: no line
 * is lost, none is copied twice.
 */
export async function followContainerLog(options: {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly id: string;
  readonly file: string;
  readonly hasEnded: () => boolean;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { client, clock, id, file, hasEnded, signal } = options;
  const bookmark = new LogBookmark(file, id);
  for (;;) {
    const isLast = hasEnded();
    try {
      const query = { follow: '1', stdout: '1', stderr: '1', timestamps: '1', since: bookmark.since() };
      const stream = await client.stream({ method: 'GET', path: `/containers/${id}/logs`, query, signal });
      await copyLines(stream, file, bookmark);
    } catch {
      // The engine restarts, or the container is gone.
    }
    if (isLast || signal.aborted) break;
    // Its end of the stream may come before the news of the container's end.
    if (!hasEnded()) await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
  }
  if (hasEnded()) bookmark.remove();
}

/** Every line comes with its time in front, `2026-11-21T09:21:14.142845386Z text`. */
async function copyLines(stream: AsyncIterable<Buffer>, file: string, bookmark: LogBookmark): Promise<void> {
  const from = bookmark.last;
  const unfinished = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const copy = (bytes: Buffer): void => {
    const lines = [...linesOf(bytes)]
      .map((line) => ({ time: line.subarray(0, line.indexOf(SPACE)).toString('latin1'), line }))
      // Times of one length and zone sort as text; what came at that very time was copied before.
      .filter(({ time }) => time > from);
    const last = lines.at(-1);
    if (last === undefined) return;
    appendFileSync(file, Buffer.concat(lines.map(({ line }) => line.subarray(line.indexOf(SPACE) + 1))), {
      mode: 0o600,
    });
    bookmark.moveTo(last.time);
  };
  for await (const { stream: name, bytes } of logFrames(stream)) {
    const all = Buffer.concat([unfinished[name], bytes]);
    const end = all.lastIndexOf(NEWLINE) + 1;
    unfinished[name] = Buffer.from(all.subarray(end));
    if (end > 0) copy(all.subarray(0, end));
  }
  for (const rest of Object.values(unfinished))
    if (rest.length > 0) copy(Buffer.concat([rest, Buffer.from('\n')]));
}

/** With their newlines. */
function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    yield bytes.subarray(start, newline + 1);
    start = newline + 1;
  }
}

/** How far the log of one container has been copied; `<log>.copied` holds the container and the time of the last line. */
class LogBookmark {
  readonly #file: string;
  readonly #id: string;
  last = '';

  constructor(logFile: string, id: string) {
    this.#file = `${logFile}.copied`;
    this.#id = id;
    const [of, time] = readOrEmpty(this.#file).split(' ');
    if (of === id && time !== undefined) this.last = time;
  }

  /** As the engine wants it: seconds since the epoch with nanoseconds; what is at that very time comes again. */
  since(): string {
    if (this.last === '') return '0';
    const fraction = /\.(\d+)/.exec(this.last)?.[1] ?? '';
    return `${Math.floor(Date.parse(this.last) / 1000)}.${fraction.padEnd(9, '0')}`;
  }

  moveTo(time: string): void {
    this.last = time;
    writeFileSync(this.#file, `${this.#id} ${time}`, { mode: 0o600 });
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
