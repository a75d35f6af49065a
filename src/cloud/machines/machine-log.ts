import {
  appendFileSync,
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
} from 'node:fs';

/** One line that a machine printed. `stamp` is unique and rising within one log book. */
export interface StampedLine {
  /** Microseconds since the Unix epoch, at which the line was first seen. */
  readonly stamp: number;
  readonly machineId: string;
  readonly message: string;
}

/** Lines kept in memory per machine; older ones stay in the file but are not served. */
const LINES_MAX = 2000;
/** A log file that grew past this is emptied once it has been read: a laptop's disk matters more than old lines. */
const FILE_BYTES_MAX = 8 * 1024 * 1024;
/** Read at once, and looked back at after a restart of the daemon. */
const CHUNK_BYTES = 1024 * 1024;
/** A "line" longer than this is cut. */
const LINE_BYTES_MAX = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * The log of one machine. Its process writes to the file itself, so nothing is lost while no daemon runs; here the file
 * is followed, and when each part was first seen is kept beside it, in `<file>.times`, one `start end stamp` a line.
 */
export class MachineLog {
  readonly file: string;
  readonly #machineId: string;
  readonly #nextStamp: () => number;
  #lines: StampedLine[] = [];
  #offset = 0;

  constructor(options: { file: string; machineId: string; nextStamp: () => number }) {
    this.file = options.file;
    this.#machineId = options.machineId;
    this.#nextStamp = options.nextStamp;
    this.#load();
  }

  /** Takes in what was written since the last look. */
  refresh(): void {
    for (let chunk = this.#read(this.#offset); chunk.length > 0; chunk = this.#read(this.#offset)) {
      const lastNewline = chunk.lastIndexOf(NEWLINE);
      if (lastNewline === -1 && chunk.length < LINE_BYTES_MAX) return;
      const end = lastNewline === -1 ? chunk.length : lastNewline + 1;
      this.#take(chunk.subarray(0, end));
    }
    if (this.#offset > FILE_BYTES_MAX) this.#empty();
  }

  /** Takes in everything, a last line without a newline too: the process has ended. */
  finish(): void {
    this.refresh();
    const rest = this.#read(this.#offset);
    if (rest.length > 0) this.#take(rest);
  }

  /** A line that the platform itself says about the machine. */
  say(message: string): void {
    appendOrSkip(this.file, `${message}\n`);
    this.refresh();
  }

  lines(): readonly StampedLine[] {
    return this.#lines;
  }

  lastStamp(): number {
    return this.#lines.at(-1)?.stamp ?? 0;
  }

  remove(): void {
    rmSync(this.file, { force: true });
    rmSync(this.#timesFile(), { force: true });
    this.#lines = [];
    this.#offset = 0;
  }

  #take(bytes: Buffer): void {
    const messages = linesOf(bytes);
    const stamps = messages.map(() => this.#nextStamp());
    const start = this.#offset;
    this.#offset += bytes.length;
    appendOrSkip(this.#timesFile(), `${start} ${this.#offset} ${stamps[0] ?? 0}\n`);
    this.#keep(messages, (index) => stamps[index] ?? 0);
  }

  #keep(messages: readonly string[], stampOf: (index: number) => number): void {
    const added = messages.map((message, index) => ({
      stamp: stampOf(index),
      machineId: this.#machineId,
      message,
    }));
    this.#lines = [...this.#lines, ...added].slice(-LINES_MAX);
  }

  #load(): void {
    const parts = readOrEmpty(this.#timesFile())
      .split('\n')
      .map((line) => line.split(' ').map(Number))
      .filter((part) => part.length === 3);
    const size = parts.at(-1)?.[1] ?? 0;
    for (const [start = 0, end = 0, stamp = 0] of parts.filter(([from = 0]) => from >= size - CHUNK_BYTES))
      this.#keep(linesOf(this.#read(start).subarray(0, end - start)), (index) => stamp + index);
    this.#offset = size;
  }

  /** At most a chunk from there on; empty at the end, and when there is no file. */
  #read(offset: number): Buffer {
    let fd: number;
    try {
      fd = openSync(this.file, 'r');
    } catch {
      return Buffer.alloc(0);
    }
    try {
      const buffer = Buffer.alloc(Math.min(Math.max(0, fstatSync(fd).size - offset), CHUNK_BYTES));
      return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, offset));
    } finally {
      closeSync(fd);
    }
  }

  #empty(): void {
    // The process writes in append mode and goes on at the new end; what it wrote since the last read is lost.
    truncateSync(this.file, 0);
    rmSync(this.#timesFile(), { force: true });
    this.#offset = 0;
  }

  #timesFile(): string {
    return `${this.file}.times`;
  }
}

/** A log that cannot be written, the disk being full, must not end what it tells of. */
function appendOrSkip(file: string, text: string): void {
  try {
    appendFileSync(file, text, { mode: 0o600 });
  } catch {
    // The lines stay in memory; only their times are lost with the daemon.
  }
}

function linesOf(bytes: Buffer): string[] {
  const text = bytes.toString('utf8');
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n').map((line) => line.replace(/\r$/, ''));
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
