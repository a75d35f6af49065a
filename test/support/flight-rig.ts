import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../src/cli/run-command.ts';
import { craftHere } from '../../src/pipeline/flight/attempt-here.ts';
import type { Craft } from '../../src/pipeline/flight/attempt.ts';
import { flyMigration } from '../../src/pipeline/flight/fly-migration.ts';
import { statementPlace } from '../../src/pipeline/flight/statement-place.ts';
import type { FlightOptions, FlightTiming } from '../../src/pipeline/flight/flight.ts';
import { withPostgres } from '../../src/providers/postgres/connect-postgres.ts';
import { systemClock } from '../../src/util/clock.ts';

/** The `pg` of this repository, for scripts that lie elsewhere. */
export const PG: string = import.meta.resolve('pg');

/** A script that connects by DATABASE_URL and does this; `client` is connected, `say` prints a line. */
export function migrationScript(body: string): string {
  return `
    import pg from ${JSON.stringify(PG)};
    const say = (line) => console.log(line);
    const client = new pg.Client(process.env.DATABASE_URL);
    client.on('error', () => undefined);
    try {
      await client.connect();
      ${body}
      await client.end();
    } catch (error) {
      console.error('failed: ' + error.message);
      process.exit(1);
    }
  `;
}

/** One flight of a script. */
export interface FlightRun {
  readonly lines: string[];
  /** Resolves once a line that was logged fits. */
  logged(pattern: RegExp): Promise<void>;
  readonly done: Promise<unknown>;
  readonly abort: (reason: Error) => void;
}

/** How a script is flown; what is left out is as in the config's defaults, and timing as it is. */
export interface FlightRunOptions {
  readonly attempts?: number;
  readonly lockTimeoutMs?: number;
  /** Default: nobody waits so long. */
  readonly blocksAtMostMs?: number;
  readonly timeoutMs?: number;
  readonly timing?: Partial<FlightTiming>;
  /** Of the commit. */
  readonly files?: readonly { readonly path: string; readonly text: string }[];
  /** Another way to run the script than here; gets the path of the script. */
  readonly craft?: (script: string) => Craft;
}

/** Flies scripts over one database; they lie in a directory of their own. */
export class FlightRig implements Disposable {
  readonly #dir = mkdtempSync(join(tmpdir(), 'glidepath-flight-'));
  readonly #url: string;
  #scripts = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Starts the flight of a script, which connects by DATABASE_URL. */
  fly(body: string, options: FlightRunOptions = {}): FlightRun {
    this.#scripts += 1;
    const script = join(this.#dir, `migrate-${this.#scripts}.mjs`);
    writeFileSync(script, migrationScript(body));
    const lines: string[] = [];
    const controller = new AbortController();
    const log = (line: string): void => void lines.push(line);
    const craft = options.craft?.(script) ?? this.#here(script, log, controller.signal);
    const done = withPostgres(this.#url, { applicationName: 'glidepath test' }, async (client) => {
      const flight: FlightOptions = {
        database: 'main',
        attempts: options.attempts ?? 5,
        lockTimeoutMs: options.lockTimeoutMs ?? 2000,
        blocksAtMostMs: options.blocksAtMostMs ?? 600_000,
        timeoutMs: options.timeoutMs ?? 60_000,
        tables: null,
        clock: systemClock,
        random: () => 0.5,
        log,
        signal: controller.signal,
        client,
        ...(options.timing === undefined ? {} : { timing: options.timing }),
      };
      await flyMigration(flight, craft, (statement) =>
        Promise.resolve(statementPlace(statement, options.files ?? [])),
      );
    });
    // Awaited by the test, after what it does meanwhile.
    done.catch(() => undefined);
    return {
      lines,
      done,
      abort: (reason) => controller.abort(reason),
      async logged(pattern) {
        let isDone = false;
        const end = (): void => void (isDone = true);
        done.then(end, end);
        while (!lines.some((line) => pattern.test(line))) {
          if (isDone) throw new Error(`ended without ${String(pattern)}:\n${lines.join('\n')}`);
          await systemClock.sleep(5);
        }
      },
    };
  }

  #here(script: string, log: (line: string) => void, signal: AbortSignal): Craft {
    return craftHere({
      command: `node ${script}`,
      cwd: this.#dir,
      url: this.#url,
      env: (url) => ({ DATABASE_URL: url }),
      applicationName: 'glidepath-migration test',
      clock: systemClock,
      runCommand,
      hide: () => undefined,
      signal,
      log,
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
