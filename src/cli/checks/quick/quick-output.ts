import { DEFAULT_WIDTH, hasColor, processOutput, type Output } from '../../output.ts';

/** Where the shortcut says what it has to say. */
export interface QuickOutput extends Pick<
  Output,
  'write' | 'holdErrors' | 'isTty' | 'width' | 'rows' | 'color' | 'json'
> {
  /** Once, at the end. */
  flush(): void;
}

/**
 * The output of this process, as cheap as it can be had: a file or a pipe gets all of it in one piece, without the streams
 * of Node, which take as long to make as 500 files to look at. A terminal is left to them.
 */
export function quickOutput(): QuickOutput {
  const fs = process.getBuiltinModule('node:fs');
  const kind = fs.fstatSync(1);
  // Between two processes of Node a pipe is a socket.
  if (!kind.isFIFO() && !kind.isSocket() && !kind.isFile())
    return Object.assign(Object.create(processOutput({ json: false })) as Output, { flush: () => undefined });
  let text = '';
  return {
    write: (more) => void (text += more),
    // Nothing is drawn, and so nothing is held.
    holdErrors: () => ({ [Symbol.dispose]: () => undefined }),
    isTty: false,
    width: DEFAULT_WIDTH,
    rows: 0,
    color: hasColor(process.env, false),
    json: false,
    flush() {
      const bytes = Buffer.from(text);
      let written = 0;
      try {
        while (written < bytes.length) written += fs.writeSync(1, bytes, written);
      } catch {
        // A pipe that is full and does not wait, one that nobody reads any more, a full disk: what to do then is known there.
        processOutput({ json: false });
        process.stdout.write(bytes.subarray(written));
      }
    },
  };
}
