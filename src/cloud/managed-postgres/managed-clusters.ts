import { randomInt } from 'node:crypto';
import type { Clock } from '../../util/clock.ts';
import type { PostgresService } from '../postgres/postgres-service.ts';
import { FIRST_DATABASE, FIRST_USER } from './managed-cluster.ts';
import type { ManagedCluster } from './managed-cluster.ts';
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
    }
  }

  find(id: string): ManagedCluster | null {
    return this.#clusters.get(id) ?? null;
  }

  /** All, deleted ones too, the oldest first. */
  all(): readonly ManagedCluster[] {
    return [...this.#clusters.values()].sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Accepts an order; the cluster becomes ready in the background. */
  create(order: ManagedClusterOrder): ManagedCluster {
    const cluster: ManagedCluster = {
      ...order,
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
      await this.#postgres.create({ id, database: FIRST_DATABASE, user: FIRST_USER });
      // It may have been deleted meanwhile; then the deletion, which comes next, has the word.
      if (this.find(id)?.status === 'initializing') this.#change(id, { status: 'ready' });
    });
  }

  #remove(id: string): void {
    this.#inBackground(id, async () => {
      await this.#postgres.destroy(id);
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
