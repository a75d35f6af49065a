import { DatabaseSync } from 'node:sqlite';
import type { ResolvedCheck, ResolvedEnvironment } from '../../src/config/resolved.ts';
import type { StepContext } from '../../src/engine/graph.ts';
import { createHistory, type History } from '../../src/pipeline/history.ts';
import type { PipelineDeps, Source } from '../../src/pipeline/pipeline-deps.ts';
import type { StepAction } from '../../src/plan/plan.ts';
import { systemClock } from '../../src/util/clock.ts';
import type { Json } from '../../src/util/json.ts';

/** What a step of a test is run with. */
export interface StepRigOptions {
  readonly environment: ResolvedEnvironment;
  readonly action: StepAction;
  readonly commit?: string;
  readonly checks?: readonly ResolvedCheck[];
  readonly runId?: string;
  readonly outputs?: Readonly<Record<string, Json>>;
  readonly history?: History;
  readonly deps?: Partial<PipelineDeps>;
}

/** One step: a history in memory, a journal in memory, and what it logged. */
export interface StepRig {
  readonly deps: PipelineDeps;
  readonly history: History;
  readonly context: StepContext;
  readonly lines: string[];
}

/** Builds the outside of one step. Called again with the same history it is a later run. */
export function stepRig(options: StepRigOptions): StepRig {
  const history = options.history ?? createHistory(new DatabaseSync(':memory:'));
  const lines: string[] = [];
  const journal = new Map<string, Json>();
  const deps = { history, clock: systemClock, ...options.deps } as PipelineDeps;
  const input = {
    version: 1,
    action: 'deploy',
    trigger: { kind: 'deploy', environment: options.environment.name },
    environment: options.environment,
    checks: options.checks ?? [],
    commit: options.commit ?? 'c'.repeat(40),
    ref: 'main',
    release: null,
    by: 'ada',
  };
  const runId = options.runId ?? 'run-1';
  const context: StepContext = {
    runId,
    stepId: options.action.kind,
    attempt: 1,
    idempotencyKey: `${runId}/${options.action.kind}`,
    action: options.action as unknown as StepContext['action'],
    input: input as unknown as Json,
    outputs: options.outputs ?? {},
    signal: new AbortController().signal,
    async once(key, fn) {
      const value = journal.has(key) ? journal.get(key) : await fn();
      journal.set(key, value as Json);
      return value as Awaited<ReturnType<typeof fn>>;
    },
    recorded: (key) => journal.get(key),
    log: (line) => void lines.push(line),
  };
  return { deps, history, context, lines };
}

/** The source of a project whose commits have these files: commit → path → content. */
export function sourceWith(commits: Readonly<Record<string, Readonly<Record<string, string>>>>): Source {
  return {
    isAncestor: () => Promise.resolve(true),
    hasCommit: (sha) => Promise.resolve(sha in commits),
    lineChanges: () => Promise.resolve(''),
    filesOf: (commit) =>
      Promise.resolve(
        Object.entries(commits[commit] ?? {}).map(([path, content]) => ({ path, blob: content })),
      ),
    contents: (blobs) => Promise.resolve(new Map(blobs.map((blob) => [blob, Buffer.from(blob)]))),
  };
}
