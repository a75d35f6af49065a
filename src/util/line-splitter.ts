import { StringDecoder } from 'node:string_decoder';
import { printableLine } from './printable-line.ts';

/** What a process prints, made into lines. */
export interface LineSplitter {
  write(chunk: Buffer): void;
  /** The last line need not end in a line break. */
  end(): void;
}

/** How lines are made. */
export interface LineSplitterOptions {
  readonly onLine: (line: string) => void;
  /** A line that is longer is told in pieces of about this length, so that no line fills the memory. */
  readonly charsMax?: number;
  /**
   * Takes secrets out of a line before it is cut to pieces, where one could lie across the cut. Whole lines are left to
   * whoever listens.
   */
  readonly redact?: (text: string) => string;
}

const CHARS_MAX = 64 * 1024;
/** No secret is longer: so much of a long line is held back until what follows is known. */
const SECRET_CHARS_MAX = 8 * 1024;
const LINE_BREAK = /\r\n|\n|\r/;

/**
 * Splits bytes at line feeds and carriage returns. What is no UTF-8 becomes U+FFFD, no line is lost, and none moves the
 * cursor of the terminal that it is shown on.
 */
export function lineSplitter(options: LineSplitterOptions): LineSplitter {
  const { charsMax = CHARS_MAX, redact = (text) => text } = options;
  const decoder = new StringDecoder('utf8');
  const heldBack = Math.min(SECRET_CHARS_MAX, Math.floor(charsMax / 2));
  const onLine = (line: string): void => options.onLine(printableLine(line));
  let pending = '';
  const take = (text: string): void => {
    // A line break may lie across two chunks: its second half would be an empty line.
    const isOpen = text.endsWith('\r');
    const lines = (pending + (isOpen ? text.slice(0, -1) : text)).split(LINE_BREAK);
    pending = (lines.pop() ?? '') + (isOpen ? '\r' : '');
    for (const line of lines) onLine(line);
    if (pending.length <= charsMax) return;
    pending = redact(pending);
    // Of a long secret there may be less left now than is held back.
    const cut = Math.max(0, pending.length - heldBack);
    if (cut > 0) onLine(pending.slice(0, cut));
    pending = pending.slice(cut);
  };
  return {
    write(chunk) {
      const text = decoder.write(chunk);
      // Half a character: what was held back is still not over.
      if (text !== '') take(text);
    },
    end() {
      take(decoder.end());
      if (pending !== '') onLine(pending);
      pending = '';
    },
  };
}
