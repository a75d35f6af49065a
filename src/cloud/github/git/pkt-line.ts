/** A command of a push, as its client sends it. */
export interface PushCommand {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
}

const FLUSH = '0000';
const LENGTH_DIGITS = 4;
/** A push of more refs than fit in here is no push of ours. */
const COMMANDS_BYTES_MAX = 16 * 1_024 * 1_024;

/** The commands at the beginning of a push; null as long as there is not enough of it. Throws for what is no push. */
export function readCommands(bytes: Buffer): readonly PushCommand[] | null {
  const commands: PushCommand[] = [];
  for (const line of linesOf(bytes)) {
    if (line === null) return commands;
    const [, before = '', after = '', ref = ''] =
      /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n]+)/.exec(line.toString()) ?? [];
    // `shallow` and signatures of pushes say nothing about refs.
    if (ref !== '') commands.push({ before, after, ref });
  }
  if (bytes.length > COMMANDS_BYTES_MAX) throw new Error('the commands of this push have no end');
  return null;
}

/** Gives another reason where git's report says that the hook declined. */
export function reworded(report: Buffer, reason: string): Buffer {
  const parts: Buffer[] = [];
  for (const line of linesOf(report)) {
    if (line === null) parts.push(Buffer.from(FLUSH));
    else if (line[0] === 1)
      parts.push(packed(Buffer.concat([Buffer.from([1]), rewordedReport(line, reason)])));
    else parts.push(packed(line));
  }
  return Buffer.concat(parts);
}

/** A line of text as a packet. */
export function packetOf(text: string): Buffer {
  return packed(Buffer.from(text));
}

export const FLUSH_PACKET: Buffer = Buffer.from(FLUSH);

/** The report is packets within the first band. */
function rewordedReport(band: Buffer, reason: string): Buffer {
  const parts: Buffer[] = [];
  for (const line of linesOf(band.subarray(1))) {
    if (line === null) parts.push(Buffer.from(FLUSH));
    else {
      const text = line.toString().replace(/^(ng \S+) pre-receive hook declined/, `$1 ${reason}`);
      parts.push(packetOf(text));
    }
  }
  return Buffer.concat(parts);
}

/** The packets there are whole; null for the one that ends a section. */
function* linesOf(bytes: Buffer): Generator<Buffer | null> {
  for (let at = 0; at + LENGTH_DIGITS <= bytes.length;) {
    const length = Number.parseInt(bytes.toString('latin1', at, at + LENGTH_DIGITS), 16);
    if (Number.isNaN(length)) throw new Error('this is not how git speaks');
    if (length < LENGTH_DIGITS) {
      yield null;
      at += LENGTH_DIGITS;
      continue;
    }
    if (at + length > bytes.length) return;
    yield bytes.subarray(at + LENGTH_DIGITS, at + length);
    at += length;
  }
}

function packed(bytes: Buffer): Buffer {
  const length = (bytes.length + LENGTH_DIGITS).toString(16).padStart(LENGTH_DIGITS, '0');
  return Buffer.concat([Buffer.from(length), bytes]);
}
