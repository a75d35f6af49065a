import type { Json } from '../../../../util/json.ts';
import type { JobRecord, RunRecord, StepRecord } from '../store/records.ts';

/** Something that happened in Actions, as whoever watches is told of it. */
export type ActionsNewsItem =
  | { readonly kind: 'run'; readonly run: Json }
  | { readonly kind: 'job'; readonly job: Json }
  | { readonly kind: 'step'; readonly runId: number; readonly jobId: number; readonly step: StepRecord }
  | {
      readonly kind: 'log';
      readonly runId: number;
      readonly jobId: number;
      readonly step: number;
      /** Milliseconds since the Unix epoch. */
      readonly at: number;
      readonly text: string;
    }
  /** An event, and what it came to for each GitHub workflow that might have run. */
  | {
      readonly kind: 'event';
      readonly repository: string;
      readonly event: string;
      readonly action: string | null;
      readonly ref: string | null;
      readonly sha: string | null;
      /** What it is about besides: `#42 ada:typo → main`. */
      readonly about: string | null;
      readonly verdicts: readonly {
        readonly path: string;
        readonly runId: number | null;
        readonly why: string;
      }[];
    };

/** Numbered from 1, so that whoever was away can go on where they were. */
export type NumberedNews = ActionsNewsItem & { readonly seq: number };

/** So much is remembered for whoever comes late. */
const REMEMBERED_MAX = 20_000;

/** Tells whoever watches of everything as it happens, after it was written down. */
export class ActionsNews {
  readonly #items: NumberedNews[] = [];
  readonly #watchers = new Set<(item: NumberedNews) => void>();
  #seq = 0;

  tell(item: ActionsNewsItem): void {
    this.#seq += 1;
    const numbered = { seq: this.#seq, ...item };
    this.#items.push(numbered);
    if (this.#items.length > REMEMBERED_MAX) this.#items.splice(0, this.#items.length - REMEMBERED_MAX);
    for (const watcher of this.#watchers) watcher(numbered);
  }

  tellRun(run: RunRecord): void {
    const { state: _, createdAt: _c, updatedAt: _u, ...told } = run;
    this.tell({ kind: 'run', run: told });
  }

  tellJob(job: JobRecord): void {
    const { id, runId, attempt, name, status, conclusion, why, environment, door } = job;
    this.tell({ kind: 'job', job: { id, runId, attempt, name, status, conclusion, why, environment, door } });
  }

  /** Those after a number, then every new one, until the watcher is ended by what is returned. */
  watch(after: number, watcher: (item: NumberedNews) => void): () => void {
    for (const item of this.#items) if (item.seq > after) watcher(item);
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** The number of the newest. */
  get newest(): number {
    return this.#seq;
  }
}
