import type { StepStatus } from '../../../engine/events.ts';
import type { DeploymentPlan, Plan, PlanStep } from '../../../plan/plan.ts';
import { triggerWords } from '../../../plan/trigger.ts';

/** One class a sort of step, so that a theme or a reader can tell them apart. */
const CLASSES = [
  'classDef question fill:#fff7e0,stroke:#b7791f,color:#1a202c',
  'classDef change fill:#e6ffed,stroke:#2f855a,color:#1a202c',
  'classDef look fill:#ebf8ff,stroke:#2b6cb0,color:#1a202c',
  'classDef removal fill:#fff5f5,stroke:#c53030,color:#1a202c',
];

/** Of a plan that is carried out: how each step stands. */
const STATE_CLASSES = [
  'classDef done fill:#2f855a,stroke:#22543d,color:#ffffff',
  'classDef running fill:#2b6cb0,stroke:#2a4365,color:#ffffff',
  'classDef waiting fill:#b7791f,stroke:#744210,color:#ffffff',
  'classDef failed fill:#c53030,stroke:#742a2a,color:#ffffff',
  'classDef undone fill:#e2e8f0,stroke:#4a5568,color:#1a202c,stroke-dasharray:4 3',
  'classDef pending fill:#f7fafc,stroke:#a0aec0,color:#718096',
];

/** What stands before the title, for those who do not see the colour. */
const STATES: Readonly<Record<StepStatus, { readonly mark: string; readonly type: string }>> = {
  pending: { mark: '', type: 'pending' },
  running: { mark: '… ', type: 'running' },
  waiting: { mark: '⏸ ', type: 'waiting' },
  succeeded: { mark: '✓ ', type: 'done' },
  failed: { mark: '✗ ', type: 'failed' },
  cancelled: { mark: '⊘ ', type: 'undone' },
  undoing: { mark: '↺ ', type: 'running' },
  undone: { mark: '↺ ', type: 'undone' },
  'undo-failed': { mark: '✗ not restored: ', type: 'failed' },
};

/** Step id → how it stands. */
export type StepStates = Readonly<Record<string, StepStatus>>;

type StepClass = 'question' | 'change' | 'look' | 'removal';

/**
 * A plan as a Mermaid flowchart: a box for each environment, an arrow for each need. Ends with a line break. With `states`
 * the colours say how each step stands, not of what sort it is.
 */
export function renderPlanMermaid(plan: Plan, states: StepStates | null = null): string {
  const lines = ['flowchart TD'];
  if (plan.deployments.length === 0) {
    lines.push(
      `  nothing["No environment of ${quoted(plan.project)} listens to ${quoted(triggerWords(plan.trigger))}"]`,
    );
    return `${lines.join('\n')}\n`;
  }
  const start = 'trigger';
  lines.push(`  ${start}(["${quoted(triggerWords(plan.trigger))}"])`);
  plan.deployments.forEach((deployment, index) => lines.push(...subgraph(deployment, index, start, states)));
  lines.push(...(states === null ? CLASSES : STATE_CLASSES).map((line) => `  ${line}`));
  return `${lines.join('\n')}\n`;
}

function subgraph(
  deployment: DeploymentPlan,
  index: number,
  start: string,
  states: StepStates | null,
): string[] {
  const ids = nodeIds(deployment.steps, `e${index + 1}`);
  const idOf = (step: string): string => ids.get(step) ?? step;
  const what = deployment.pullRequest === null ? '' : ` pull request ${deployment.pullRequest}`;
  return [
    `  subgraph e${index + 1}["${quoted(`${deployment.environment} · ${deployment.action}${what}`)}"]`,
    '    direction TB',
    ...deployment.steps.map((step) => `    ${node(step, idOf(step.id), states)}`),
    ...deployment.steps.flatMap((step) => step.needs.map((need) => `    ${idOf(need)} --> ${idOf(step.id)}`)),
    '  end',
    ...deployment.steps
      .filter((step) => step.needs.length === 0)
      .map((step) => `  ${start} --> ${idOf(step.id)}`),
  ];
}

function node(step: PlanStep, id: string, states: StepStates | null): string {
  const state = states === null ? null : STATES[states[step.id] ?? 'pending'];
  const label = `"${state?.mark ?? ''}${quoted(step.title)}"`;
  const type = classOf(step);
  const shape = { question: `{{${label}}}`, change: `[${label}]`, look: `(${label})`, removal: `[${label}]` }[
    type
  ];
  return `${id}${shape}:::${state?.type ?? type}`;
}

function classOf(step: PlanStep): StepClass {
  const { kind } = step.action;
  if (kind === 'gate' || kind === 'ancestry' || kind === 'migration-files') return 'question';
  if (kind === 'destroy-app' || kind === 'destroy-database') return 'removal';
  return step.mutates ? 'change' : 'look';
}

/** Letters, digits and underscores; prefixed, so that none is a word of Mermaid's own; numbered where two would be one. */
function nodeIds(steps: readonly PlanStep[], prefix: string): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const step of steps) {
    const base = `${prefix}_${step.id.replaceAll(/[^A-Za-z0-9]+/g, '_')}`;
    let id = base;
    for (let again = 2; taken.has(id); again += 1) id = `${base}_${again}`;
    taken.add(id);
    ids.set(step.id, id);
  }
  return ids;
}

/** Inside quotes Mermaid takes everything but these; entity codes are its own way to write them. */
function quoted(text: string): string {
  return text
    .replaceAll('#', '#35;')
    .replaceAll('"', '#quot;')
    .replaceAll('<', '#lt;')
    .replaceAll('>', '#gt;')
    .replaceAll('`', '#96;')
    .replaceAll(/\s+/g, ' ');
}
