import type { CallJob, Job, StepsJob } from '../model/workflow.ts';
import { readConcurrency } from './read-concurrency.ts';
import { readDefaults } from './read-defaults.ts';
import { readEnvironment } from './read-environment.ts';
import { readPermissions } from './read-permissions.ts';
import { readRunsOn } from './read-runs-on.ts';
import { readServices } from './read-services.ts';
import { readSteps } from './read-step.ts';
import { readStrategy } from './read-strategy.ts';
import {
  booleanAt,
  conditionAt,
  deepSource,
  numberAt,
  plainText,
  sourceMap,
  sourced,
  template,
} from './read-values.ts';
import type { At } from './reading.ts';
import { invalid, unsupported } from './reading.ts';
import type { Entry } from './yaml-walk.ts';
import { entriesOf, itemsOrOne, scalarOf, textAt } from './yaml-walk.ts';

const COMMON = ['name', 'needs', 'if', 'permissions', 'concurrency', 'strategy'];
const CALL_KEYS = [...COMMON, 'uses', 'with', 'secrets'];
const STEPS_KEYS = [
  ...COMMON,
  'runs-on',
  'timeout-minutes',
  'cancel-timeout-minutes',
  'continue-on-error',
  'container',
  'services',
  'env',
  'environment',
  'outputs',
  'defaults',
  'steps',
  'snapshot',
];
/** What a job can have on GitHub and is not carried out, with what to do. */
const NOT_CARRIED_OUT: Readonly<Record<string, string>> = {
  container: 'Install what the job needs in a step: runners here are processes of this machine.',
  snapshot: 'Take it out: there are no images of runners here.',
  'cancel-timeout-minutes': 'Take it out: a job that is cancelled has five minutes.',
};

/** Reads one job. `id` was checked. */
export function readJob({ key: id, keyAt, at }: Entry): Job | undefined {
  const list = entriesOf(at);
  if (list === undefined) return undefined;
  const kind = kindOf(at, list);
  const known = kind === 'call' ? CALL_KEYS : STEPS_KEYS;
  for (const { key, keyAt: place } of list) {
    if (!known.includes(key)) invalid(place, `Unexpected value '${key}'`);
    const hint = NOT_CARRIED_OUT[key];
    if (kind === 'steps' && hint !== undefined)
      unsupported(place, `${key} of a job is not carried out`, hint);
  }
  if (kind === undefined) return undefined;
  const entries = new Map(list.map((entry) => [entry.key, entry.at]));
  const base = { id, line: keyAt.line, column: keyAt.column, ...readBase(entries) };
  return kind === 'call' ? readCall(base, entries) : readStepsJob(base, entries);
}

/** The first key that only one of the two kinds has decides, as on GitHub. */
function kindOf(at: At, entries: readonly Entry[]): 'call' | 'steps' | undefined {
  const distinct = entries.find(({ key }) => CALL_KEYS.includes(key) !== STEPS_KEYS.includes(key));
  if (distinct === undefined) {
    invalid(
      at,
      "There's not enough info to determine what you meant. Add one of these properties: cancel-timeout-minutes, container, continue-on-error, defaults, env, environment, outputs, runs-on, secrets, services, snapshot, steps, timeout-minutes, uses, with",
    );
    return undefined;
  }
  const kind = CALL_KEYS.includes(distinct.key) ? 'call' : 'steps';
  const required = kind === 'call' ? 'uses' : 'runs-on';
  if (!entries.some(({ key }) => key === required)) invalid(at, `Required property is missing: ${required}`);
  return kind;
}

type JobBase = Pick<StepsJob, 'id' | 'line' | 'column' | 'needs'> &
  Partial<Pick<StepsJob, 'name' | 'if' | 'permissions' | 'concurrency' | 'strategy'>>;
type Entries = ReadonlyMap<string, At>;

function readBase(entries: Entries): Omit<JobBase, 'id' | 'line' | 'column'> {
  const name = template(withoutEmpty(entries.get('name')), 'job-strategy');
  const condition = conditionAt(entries.get('if'), 'job-if');
  const permissions = readPermissions(entries.get('permissions'));
  const concurrency = readConcurrency(entries.get('concurrency'), 'job-strategy');
  const strategy = readStrategy(entries.get('strategy'));
  return {
    ...(name === undefined ? {} : { name }),
    needs: readNeeds(entries.get('needs')),
    ...(condition === undefined ? {} : { if: condition }),
    ...(permissions === undefined ? {} : { permissions }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(strategy === undefined ? {} : { strategy }),
  };
}

/** An empty name counts as none. */
function withoutEmpty(at: At | undefined): At | undefined {
  return at === undefined || (scalarOf(at) ?? '') === '' ? undefined : at;
}

function readNeeds(at: At | undefined): readonly string[] {
  if (at === undefined) return [];
  return (itemsOrOne(at) ?? []).flatMap((item) => textAt(item) ?? []);
}

function readCall(base: JobBase, entries: Entries): CallJob | undefined {
  const usesAt = entries.get('uses');
  const uses = plainText(usesAt);
  if (usesAt === undefined || uses === undefined) return undefined;
  checkCalled(usesAt, uses);
  const withAt = entries.get('with');
  const given = withAt === undefined ? [] : (entriesOf(withAt) ?? []);
  const secretsAt = entries.get('secrets');
  const inherits = secretsAt?.node !== undefined && secretsAt.node !== null && isInherit(secretsAt);
  return {
    ...base,
    kind: 'call',
    uses: sourced(usesAt, uses),
    with: Object.fromEntries(given.map(({ key, at }) => [key, deepSource(at, 'call-with')])),
    secrets: inherits ? 'inherit' : sourceMap(secretsAt, 'call-secrets'),
  };
}

function isInherit(at: At): boolean {
  return (at.node as { value?: unknown }).value === 'inherit';
}

function checkCalled(at: At, uses: string): void {
  if (/^(?:\.|\$)\/\.github\/workflows\/[^/@]+\.ya?ml$/.test(uses)) return;
  if (/^[\w.-]+\/[\w.-]+\/\.github\/workflows\/[^/]+\.ya?ml@\S+$/.test(uses)) {
    unsupported(
      at,
      `GitHub workflows of other repositories are not carried out: ${uses}`,
      'Keep a copy here.',
    );
    return;
  }
  invalid(
    at,
    `invalid value workflow reference: ${uses}`,
    'Write ./.github/workflows/<file>.yml: no folders below it, no @ref.',
  );
}

function readStepsJob(base: JobBase, entries: Entries): StepsJob | undefined {
  const runsOnAt = entries.get('runs-on');
  const runsOn = runsOnAt === undefined ? undefined : readRunsOn(runsOnAt);
  const environment = readEnvironment(entries.get('environment'));
  const timeoutMinutes = numberAt(entries.get('timeout-minutes'), 'job-strategy');
  const continueOnError = booleanAt(entries.get('continue-on-error'), 'job-strategy');
  const rest = {
    env: sourceMap(entries.get('env'), 'job-env'),
    outputs: sourceMap(entries.get('outputs'), 'job-outputs'),
    defaults: readDefaults(entries.get('defaults'), 'job-defaults'),
    services: readServices(entries.get('services')),
    steps: readSteps(entries.get('steps')),
  };
  if (runsOn === undefined) return undefined;
  return {
    ...base,
    kind: 'steps',
    runsOn,
    ...rest,
    ...(environment === undefined ? {} : { environment }),
    ...(timeoutMinutes === undefined ? {} : { timeoutMinutes }),
    ...(continueOnError === undefined ? {} : { continueOnError }),
  };
}
