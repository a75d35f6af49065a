import { ToolError } from '../diagnostics/tool-error.ts';
import type { Json } from '../util/json.ts';
import type { GraphNode, StepContext } from './graph.ts';
import type { RunJournal } from './run-journal.ts';

/** What a context is made of. */
export interface StepContextOptions {
  readonly journal: RunJournal;
  readonly node: GraphNode;
  readonly input: Json;
  readonly outputs: Readonly<Record<string, Json>>;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/**
 * The context of one try. `revoke` ends it: what a step left running behind its back can then neither log nor record
 * anything, so that a try given up on cannot write into the journal of what came after it.
 */
export function createStepContext(options: StepContextOptions): { context: StepContext; revoke: () => void } {
  const { journal, node } = options;
  let isRevoked = false;
  const context: StepContext = {
    runId: journal.runId,
    stepId: node.id,
    attempt: options.attempt,
    idempotencyKey: `${journal.runId}/${node.id}`,
    action: node.action,
    input: options.input,
    outputs: options.outputs,
    signal: options.signal,
    async once(key, fn) {
      if (isRevoked)
        throw new ToolError('RUN_STEP_STOPPED', `Step "${node.id}" has ended and can do nothing more.`);
      return journal.once(node.id, key, fn);
    },
    recorded: (key) => journal.recorded(node.id, key),
    log(line) {
      if (!isRevoked) journal.log(node.id, line);
    },
  };
  return { context, revoke: () => void (isRevoked = true) };
}
