import { assert } from '../util/assert.ts';
import type { Json } from '../util/json.ts';
import type { Graph, GraphNode } from './graph.ts';
import type { Decide, JournalWrite, Snapshot, StepRow } from './journal-store.ts';
import type { RunJournal } from './run-journal.ts';
import type { StepTransition } from './step-transition.ts';
import { applyTransition, mayTransit, pendingStep } from './step-transition.ts';

/**
 * The steps of a claimed run in memory, always as the journal has them: a transition is applied here only after it was
 * stored, with its events, in one transaction.
 */
export class RunLedger {
  readonly graph: Graph;
  readonly journal: RunJournal;
  readonly input: Json;
  readonly #nodes: ReadonlyMap<string, GraphNode>;
  readonly #steps: Map<string, StepRow>;
  #order: number;

  constructor(options: { graph: Graph; journal: RunJournal; input: Json; rows: readonly StepRow[] }) {
    this.graph = options.graph;
    this.journal = options.journal;
    this.input = options.input;
    this.#nodes = new Map(options.graph.nodes.map((node) => [node.id, node]));
    this.#steps = new Map(options.rows.map((row) => [row.stepId, row]));
    this.#order =
      Math.max(0, ...options.rows.flatMap((row) => [row.startedOrder ?? 0, row.settledOrder ?? 0])) + 1;
  }

  get steps(): ReadonlyMap<string, StepRow> {
    return this.#steps;
  }

  /** The step's row, also when nothing is stored of it. */
  step(id: string): StepRow {
    return this.#steps.get(id) ?? pendingStep(id);
  }

  node(id: string): GraphNode {
    const node = this.#nodes.get(id);
    assert(node !== undefined, `step "${id}" is in the graph`);
    return node;
  }

  /** Results of the steps that succeeded, also of those put back since. */
  outputs(): Readonly<Record<string, Json>> {
    const outputs: Record<string, Json> = {};
    for (const row of this.#steps.values()) if (row.result !== undefined) outputs[row.stepId] = row.result;
    return outputs;
  }

  /** Stores transitions and whatever `also` adds, in one transaction. */
  async commit(transitions: readonly StepTransition[], also: Decide = () => []): Promise<Snapshot> {
    let rows = new Map<string, StepRow>();
    let order = this.#order;
    const snapshot = await this.journal.write((state, now) => {
      rows = new Map();
      order = this.#order;
      const events: JournalWrite[] = [];
      for (const transition of transitions) {
        const row = rows.get(transition.step) ?? this.step(transition.step);
        assert(
          mayTransit(row.status, transition.kind),
          `"${row.stepId}" may ${transition.kind} when ${row.status}`,
        );
        const after = applyTransition(row, transition, { now, order });
        order += 1;
        rows.set(transition.step, after.row);
        events.push(...after.events.map((body) => ({ table: 'event', body }) as const));
      }
      const steps = [...rows.values()].map((row) => ({ table: 'step', row }) as const);
      return [...steps, ...events, ...also(state, now)];
    });
    for (const row of rows.values()) this.#steps.set(row.stepId, row);
    this.#order = order;
    return snapshot;
  }
}
