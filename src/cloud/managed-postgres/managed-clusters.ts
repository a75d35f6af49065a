import { randomInt } from 'node:crypto';
import type { Clock } from '../../util/clock.ts';
import type { PostgresService } from '../postgres/postgres-service.ts';
import { beginBackup } from './begin-backup.ts';
import { backupServer, FIRST_DATABASE, FIRST_USER } from './managed-cluster.ts';
import type { ManagedBackup, ManagedBackupType, ManagedCluster, ManagedOrigin } from './managed-cluster.ts';
import type { ManagedClusterStore } from './managed-cluster-store.ts';

/** What is ordered; the rest of a {@link ManagedCluster} follows. */
export type ManagedClusterOrder = Pick<
  ManagedCluster,
  'name' | 'orgSlug' | 'plan' | 'region' | 'diskSizeGb' | 'pgMajorVersion' | 'postgisEnabled'
>;

const ID_ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 16;

/*
 *   creating ──► initializing ──► ready ──► deleting ──► deleted (kept, to be listed)
 *                     └──► failed ───────────────┘
 *
 * What was under way when the process was killed goes on at the next start: creating and destroying may be repeated.
 */

/** The clusters and what goes on with them in the background. */
export class ManagedClusters {
  readonly #store: ManagedClusterStore;
  readonly #postgres: PostgresService;
  readonly #clock: Clock;
  readonly #clusters = new Map<string, ManagedCluster>();
  readonly #work = new Map<string, Promise<void>>();

  constructor(store: ManagedClusterStore, postgres: PostgresService, clock: Clock) {
    this.#store = store;
    this.#postgres = postgres;
    this.#clock = clock;
    for (const cluster of store.load()) {
      this.#clusters.set(cluster.id, cluster);
      if (cluster.status === 'creating' || cluster.status === 'initializing') this.#provision(cluster.id);
      if (cluster.status === 'deleting') this.#remove(cluster.id);
      const unfinished = cluster.backups?.find(({ status }) => status === 'running');
      if (unfinished !== undefined) this.#copy(cluster.id, unfinished.id);
    }
  }

  find(id: string): ManagedCluster | null {
    return this.#clusters.get(id) ?? null;
  }

  /** All, deleted ones too, the oldest first. */
  all(): readonly ManagedCluster[] {
    return [...this.#clusters.values()].sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Accepts an order; the cluster becomes ready in the background, with the data of `origin` where one is given. */
  create(order: ManagedClusterOrder, origin?: ManagedOrigin): ManagedCluster {
    const cluster: ManagedCluster = {
      ...order,
      ...(origin === undefined ? {} : { origin }),
      id: this.#newId(),
      status: 'creating',
      problem: null,
      createdAt: this.#clock.now(),
      deletedAt: null,
      attachments: [],
    };
    this.#save(cluster);
    this.#provision(cluster.id);
    return cluster;
  }

  /** Marks a cluster for deletion; it goes in the background. */
  delete(id: string): void {
    this.#change(id, { status: 'deleting', attachments: [] });
    this.#remove(id);
  }

  /** Begins a backup; false while another one is made. */
  backUp(id: string, type: ManagedBackupType): boolean {
    const backups = this.find(id)?.backups ?? [];
    if (backups.some(({ status }) => status === 'running')) return false;
    const backup = beginBackup(backups, type, this.#clock.now());
    this.#change(id, { backups: [...backups, backup] });
    this.#copy(id, backup.id);
    return true;
  }

  /** True when it was not attached before. */
  attach(id: string, app: string): boolean {
    const attachments = this.find(id)?.attachments ?? [];
    if (attachments.some((attachment) => attachment.app === app)) return false;
    this.#change(id, { attachments: [...attachments, { app, attachedAt: this.#clock.now() }] });
    return true;
  }

  /** False when it was not attached. */
  detach(id: string, app: string): boolean {
    const attachments = this.find(id)?.attachments ?? [];
    if (!attachments.some((attachment) => attachment.app === app)) return false;
    this.#change(id, { attachments: attachments.filter((attachment) => attachment.app !== app) });
    return true;
  }

  /** Resolves when nothing goes on in the background. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work.values());
  }

  #provision(id: string): void {
    this.#inBackground(id, async () => {
      this.#change(id, { status: 'initializing' });
      const origin = this.find(id)?.origin;
      if (origin === undefined)
        await this.#postgres.create({ id, database: FIRST_DATABASE, user: FIRST_USER });
      else await this.#postgres.branch({ id, from: origin.server, ...momentOf(origin) });
      // It may have been deleted meanwhile; then the deletion, which comes next, has the word.
      if (this.find(id)?.status === 'initializing') this.#change(id, { status: 'ready' });
    });
  }

  /** Beside the other tasks of the cluster: it can be used, and even deleted, meanwhile. */
  #copy(id: string, backup: string): void {
    const server = backupServer(id, backup);
    this.#inBackground(server, async () => {
      const end = await this.#copied(id, server);
      const backups = this.find(id)?.backups ?? [];
      const finishedAt = this.#clock.now();
      this.#change(id, {
        backups: backups.map((each) => (each.id === backup ? { ...each, ...end, finishedAt } : each)),
      });
    });
  }

  async #copied(id: string, server: string): Promise<Pick<ManagedBackup, 'status' | 'sizeBytes'>> {
    try {
      await this.#postgres.branch({ id: server, from: id });
      await this.#postgres.setRetention(server, 0);
      const figures = (await this.#postgres.list()).find((each) => each.id === server);
      return { status: 'completed', sizeBytes: figures?.sizeBytes ?? 0 };
    } catch {
      await this.#postgres.destroy(server);
      return { status: 'failed', sizeBytes: 0 };
    }
  }

  #remove(id: string): void {
    this.#inBackground(id, async () => {
      const copies = (this.find(id)?.backups ?? []).map((backup) => backupServer(id, backup.id));
      for (const copy of copies) await this.#work.get(copy);
      for (const server of [...copies, id]) await this.#postgres.destroy(server);
      this.#change(id, { status: 'deleted', deletedAt: this.#clock.now() });
    });
  }

  /** Tasks of one cluster run one after the other. */
  #inBackground(id: string, task: () => Promise<void>): void {
    const before = this.#work.get(id) ?? Promise.resolve();
    const work = before
      .then(task)
      .catch((error: unknown) => {
        const problem = error instanceof Error ? error.message : String(error);
        this.#change(id, { status: 'failed', problem });
      })
      .finally(() => {
        if (this.#work.get(id) === work) this.#work.delete(id);
      });
    this.#work.set(id, work);
  }

  #change(id: string, change: Partial<ManagedCluster>): void {
    const cluster = this.#clusters.get(id);
    if (cluster !== undefined) this.#save({ ...cluster, ...change });
  }

  #save(cluster: ManagedCluster): void {
    this.#store.save(cluster);
    this.#clusters.set(cluster.id, cluster);
  }

  #newId(): string {
    for (;;) {
      const letters = Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]);
      const id = letters.join('');
      if (!this.#clusters.has(id)) return id;
    }
  }
}

function momentOf({ at }: ManagedOrigin): { readonly at?: number } {
  return at === null ? {} : { at };
}
