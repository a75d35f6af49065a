import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GOOD_SERVER } from './tiny-project.ts';

/** Between two looks of a machine at its gate. */
const LOOK_MS = 20;

/**
 * Holds machines in their boot until a test opens it: what a test does to a deployment under way comes neither too early
 * nor too late, however busy this computer is.
 */
export class Gate implements Disposable {
  readonly #dir = mkdtempSync(join(tmpdir(), 'glidepath-gate-'));

  /** The good server, which listens once the gate is open. */
  server(): string {
    return `
import { existsSync } from 'node:fs';
while (!existsSync(${JSON.stringify(this.#file())})) await new Promise((done) => setTimeout(done, ${LOOK_MS}));
${GOOD_SERVER}`;
  }

  open(): void {
    writeFileSync(this.#file(), '');
  }

  #file(): string {
    return join(this.#dir, 'open');
  }

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
