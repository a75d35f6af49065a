import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../../util/clock.ts';
import type { ActionsStore } from './actions-store.ts';
import type { ArtifactRecord } from './records.ts';

const DAY_MS = 86_400_000;
/** GitHub's default, and the most a public repository may ask for. */
export const RETENTION_DAYS = { default: 90, max: 90 } as const;

/** An artifact to be kept. */
export interface NewArtifact {
  readonly repositoryId: number;
  readonly runId: number;
  readonly name: string;
  /** A zip archive. */
  readonly archive: Buffer;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly retentionDays: number;
}

/** The artifacts of runs: immutable, and one of a name in a run. */
export class ArtifactStore {
  readonly #store: ActionsStore;
  readonly #dir: string;
  readonly #clock: Clock;

  constructor(store: ActionsStore, stateDir: string, clock: Clock) {
    this.#store = store;
    this.#dir = join(stateDir, 'artifacts');
    this.#clock = clock;
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
  }

  /** Keeps one; the run must have none of that name. */
  save(artifact: NewArtifact): ArtifactRecord {
    const { archive, retentionDays, ...facts } = artifact;
    const id = this.#store.nextId();
    const file = this.#fileOf(id);
    // Whole or not at all: a record is only written when its file is there.
    writeFileSync(`${file}.new`, archive, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    const createdAt = this.#clock.now();
    return this.#store.save('artifacts', {
      id,
      ...facts,
      bytes: archive.length,
      digest: `sha256:${createHash('sha256').update(archive).digest('hex')}`,
      createdAt,
      expiresAt: createdAt + retentionDays * DAY_MS,
    });
  }

  /** Those of a run, or of a repository, newest last; what has expired is no longer there. */
  list(filter: { readonly repositoryId: number; readonly runId?: number }): readonly ArtifactRecord[] {
    return this.#store
      .all('artifacts')
      .filter(
        (one) =>
          one.repositoryId === filter.repositoryId &&
          (filter.runId === undefined || one.runId === filter.runId),
      )
      .filter((one) => this.#isThere(one));
  }

  find(id: number): ArtifactRecord | null {
    const record = this.#store.find('artifacts', id);
    return record === null || !this.#isThere(record) ? null : record;
  }

  /** Its zip archive. */
  read(id: number): Buffer {
    return readFileSync(this.#fileOf(id));
  }

  remove(id: number): void {
    this.#store.remove('artifacts', id);
    rmSync(this.#fileOf(id), { force: true });
  }

  #isThere(record: ArtifactRecord): boolean {
    if (record.expiresAt > this.#clock.now()) return true;
    this.remove(record.id);
    return false;
  }

  #fileOf(id: number): string {
    return join(this.#dir, `${id}.zip`);
  }
}
