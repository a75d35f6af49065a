import type { DeploymentPlan, Plan, PlanStep } from '../../../plan/plan.ts';
import { triggerWords } from '../../../plan/trigger.ts';
import { paint, type Paint } from '../text/paint.ts';
import { dependencyWaves } from './plan-waves.ts';
import { padEnd } from '../text/table.ts';
import { wrapWords } from '../text/wrap-words.ts';

/** A reason with less room than this beside its step goes below it. */
const REASON_COLUMNS_MIN = 36;
const COLUMNS_MIN = 40;
/** Text wider than this is tiring to read, however wide the terminal. */
const COLUMNS_MAX = 140;

/** How a plan is drawn. */
export interface PlanTreeOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

/**
 * A plan for people: for each environment what happens, in numbered waves. Steps of one number run side by side, and
 * each wave starts when what it needs of the earlier ones is done. Ends with a line break.
 */
export function renderPlanTree(plan: Plan, options: PlanTreeOptions): string {
  const drawing: Drawing = {
    p: paint(options.color),
    width: Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, options.width)),
  };
  const heading = `${drawing.p.bold(triggerWords(plan.trigger))} ${drawing.p.dim(`· ${plan.project}`)}`;
  if (plan.deployments.length === 0) return `${heading}\n\n  Nothing to do: no environment listens to it.\n`;
  const blocks = plan.deployments.map((deployment) => renderDeployment(drawing, deployment).join('\n'));
  const last = [summary(plan), ...legend(drawing, plan)].map((line) => drawing.p.dim(line)).join('\n');
  return `${[heading, ...blocks, last].join('\n\n')}\n`;
}

interface Drawing {
  readonly p: Paint;
  readonly width: number;
}

function renderDeployment(drawing: Drawing, deployment: DeploymentPlan): string[] {
  const { p, width } = drawing;
  const sentences = [deployment.reason, failureSentence(deployment), ...deployment.notes];
  const waves = dependencyWaves(deployment.steps);
  const titleWidth = Math.max(...deployment.steps.map((step) => titleOf(step).length));
  return [
    `${p.bold(p.cyan(deployment.environment))}  ${p.bold(actionWords(deployment))}  ${p.dim(`lock ${deployment.lockKey}`)}`,
    ...sentences.flatMap((sentence) => wrapWords(sentence, width - 2).map((line) => `  ${line}`)),
    '',
    ...waves.flatMap((wave, index) => renderWave(drawing, { wave, number: index + 1, titleWidth })),
  ];
}

interface Wave {
  readonly wave: readonly PlanStep[];
  readonly number: number;
  readonly titleWidth: number;
}

function renderWave(drawing: Drawing, { wave, number, titleWidth }: Wave): string[] {
  const { p, width } = drawing;
  return wave.flatMap((step, index) => {
    const isLast = index === wave.length - 1;
    const branch = wave.length === 1 ? '─' : index === 0 ? '┬' : isLast ? '└' : '├';
    const margin = `${index === 0 ? String(number).padStart(4) : '    '} ${branch} `;
    const goesOn = `     ${isLast ? ' ' : '│'} `;
    const head = `${p.dim(margin)}${symbolOf(p, step)} ${padEnd(titleOf(step), titleWidth)}`;
    const indent = margin.length + 2;
    const beside = width - indent - titleWidth - 2;
    if (beside < REASON_COLUMNS_MIN) {
      const below = wrapWords(step.reason, width - indent);
      return [head.trimEnd(), ...below.map((line) => p.dim(`${goesOn}  ${line}`))];
    }
    const [first = '', ...more] = wrapWords(step.reason, beside);
    const hanging = ' '.repeat(titleWidth + 4);
    return [`${head}  ${p.dim(first)}`, ...more.map((line) => p.dim(`${goesOn}${hanging}${line}`))];
  });
}

function titleOf(step: PlanStep): string {
  return step.undo === null ? step.title : `${step.title} ↶`;
}

function symbolOf(p: Paint, step: PlanStep): string {
  if (isQuestion(step)) return p.yellow('◇');
  if (step.action.kind === 'destroy-app' || step.action.kind === 'destroy-database') return p.red('✕');
  return step.mutates ? p.green('●') : p.blue('○');
}

function isQuestion(step: PlanStep): boolean {
  return ['gate', 'ancestry', 'migration-files'].includes(step.action.kind);
}

function actionWords({ action, pullRequest }: DeploymentPlan): string {
  const words = {
    deploy: 'deploy',
    promote: 'promote',
    rollback: 'roll back',
    scale: 'scale',
    restore: 'restore a database',
    destroy: 'destroy',
  }[action];
  return pullRequest === null ? words : `${words} pull request ${pullRequest}`;
}

function failureSentence({ rollbackOnFailure, action }: DeploymentPlan): string {
  if (action === 'destroy') return 'After a failure the rest stays; running it again continues from there.';
  return rollbackOnFailure
    ? 'If a step fails, all changes before it are undone, last first.'
    : 'If a step fails, nothing is undone.';
}

function summary(plan: Plan): string {
  const steps = plan.deployments.flatMap((deployment) => deployment.steps);
  const changing = steps.filter((step) => step.mutates).length;
  return `${steps.length} steps, ${changing} of them change something.`;
}

/** Explains the signs that occur. */
function legend({ width }: Drawing, plan: Plan): string[] {
  const steps = plan.deployments.flatMap((deployment) => deployment.steps);
  const signs: string[] = [];
  if (steps.some(isQuestion)) signs.push('◇ must hold');
  if (steps.some((step) => step.mutates && !step.action.kind.startsWith('destroy'))) signs.push('● changes');
  if (steps.some((step) => step.action.kind.startsWith('destroy'))) signs.push('✕ removes');
  if (steps.some((step) => !step.mutates && !isQuestion(step))) signs.push('○ looks');
  if (steps.some((step) => step.undo !== null)) signs.push('↶ can be undone');
  return wrapWords(signs.join(' · '), width);
}
