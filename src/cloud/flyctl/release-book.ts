import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere, writePrivately } from '../server/private-file.ts';

const release = z.object({
  id: z.string(),
  app: z.string(),
  version: z.int(),
  status: z.string(),
  strategy: z.string(),
  imageRef: z.string(),
  definition: z.unknown().optional(),
  metadata: z.unknown().optional(),
  createdAt: z.number(),
});
const build = z.object({ id: z.int(), app: z.string(), status: z.string(), createdAt: z.number() });
const book = z.object({ version: z.literal(1), releases: z.array(release), builds: z.array(build) });

/** One release, as whoever deployed told of it. */
export interface ReleaseRecord {
  readonly id: string;
  readonly app: string;
  readonly version: number;
  /** `pending`, `running`, `complete`, `failed`, `interrupted`: flyctl's words. */
  readonly status: string;
  readonly strategy: string;
  readonly imageRef: string;
  /** The fly.toml as JSON. */
  readonly definition?: unknown;
  readonly metadata?: unknown;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

/** One build of an image. */
export interface BuildRecord {
  readonly id: number;
  readonly app: string;
  readonly status: string;
  readonly createdAt: number;
}

/** Releases kept per app, and builds in all; flyctl shows 25. */
const RELEASES_MAX = 100;
const BUILDS_MAX = 200;

/** What flyctl tells of its builds and releases, in `releases.json`. */
export class ReleaseBook {
  readonly #file: string;
  #releases: readonly ReleaseRecord[] = [];
  #builds: readonly BuildRecord[] = [];

  constructor(stateDir: string) {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    this.#file = join(stateDir, 'releases.json');
    const text = readIfThere(this.#file);
    if (text === null) return;
    const stored = book.parse(JSON.parse(text));
    this.#releases = stored.releases;
    this.#builds = stored.builds;
  }

  /** Those of an app, the newest first. */
  releasesOf(app: string): readonly ReleaseRecord[] {
    return this.#releases.filter((one) => one.app === app).toSorted((a, b) => b.version - a.version);
  }

  find(id: string): ReleaseRecord | null {
    return this.#releases.find((one) => one.id === id) ?? null;
  }

  /** Adds a release, or puts a later state of it in its place. */
  save(record: ReleaseRecord): void {
    const others = this.#releases.filter((one) => one.id !== record.id);
    const kept = new Set(
      [record, ...others.filter((one) => one.app === record.app)]
        .toSorted((a, b) => b.version - a.version)
        .slice(0, RELEASES_MAX),
    );
    this.#releases = [...others, record].filter((one) => one.app !== record.app || kept.has(one));
    this.#write();
  }

  findBuild(id: number): BuildRecord | null {
    return this.#builds.find((one) => one.id === id) ?? null;
  }

  /** Begins a build of an app. */
  addBuild(app: string, now: number): BuildRecord {
    const id = Math.max(0, ...this.#builds.map((one) => one.id)) + 1;
    const record: BuildRecord = { id, app, status: 'started', createdAt: now };
    this.#builds = [...this.#builds, record].slice(-BUILDS_MAX);
    this.#write();
    return record;
  }

  /** Notes how a build ended. */
  finishBuild(record: BuildRecord, status: string): BuildRecord {
    const finished = { ...record, status };
    this.#builds = this.#builds.map((one) => (one.id === record.id ? finished : one));
    this.#write();
    return finished;
  }

  /** Forgets an app that is gone. */
  forgetApp(app: string): void {
    if (!this.#releases.some((one) => one.app === app) && !this.#builds.some((one) => one.app === app))
      return;
    this.#releases = this.#releases.filter((one) => one.app !== app);
    this.#builds = this.#builds.filter((one) => one.app !== app);
    this.#write();
  }

  #write(): void {
    const text = JSON.stringify({ version: 1, releases: this.#releases, builds: this.#builds });
    writePrivately(this.#file, `${text}\n`);
  }
}
