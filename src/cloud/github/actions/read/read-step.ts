import type { ActionReference, Step } from '../model/workflow.ts';
import { shellAt } from './read-defaults.ts';
import { booleanAt, conditionAt, numberAt, plainText, sourceMap, sourced, template } from './read-values.ts';
import type { At } from './reading.ts';
import { invalid, unsupported } from './reading.ts';
import type { Entry } from './yaml-walk.ts';
import { entriesOf, itemsOf } from './yaml-walk.ts';

const COMMON = ['name', 'id', 'if', 'timeout-minutes', 'continue-on-error', 'env'];
const RUN_KEYS = [...COMMON, 'run', 'working-directory', 'shell'];
const USES_KEYS = [...COMMON, 'uses', 'with'];
/** Steps beside one another, which GitHub tries out behind a feature flag. */
const BACKGROUND_KEYS = ['background', 'wait', 'wait-all', 'cancel', 'parallel'];

/** Reads `steps`. Ids must be unique; a step without one gets a key that no id can be. */
export function readSteps(at: At | undefined): readonly Step[] {
  const items = at === undefined ? [] : (itemsOf(at) ?? []);
  const ids = new Set<string>();
  const steps = items.flatMap((item) => readStep(item, ids) ?? []);
  return withKeys(steps);
}

/**
 * What GITHUB_ACTION is: the id, or a name after what the step does (`__run`, `__actions_checkout_2`); no id begins so.
 * docs: contexts#github-context, actions/workflow-parser createActionStepId.
 */
export function withKeys(steps: readonly Step[]): readonly Step[] {
  const counts = new Map<string, number>();
  return steps.map((step) => {
    if (step.id !== undefined) return step;
    const name = step.kind === 'run' ? 'run' : step.uses.kind === 'local' ? 'self' : step.uses.name;
    const owned = name.split('/').slice(0, 2).join('_');
    const key = `__${owned.replace(/[^\w-]/gu, '_')}`.slice(0, 90);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return { ...step, key: count === 1 ? key : `${key}_${count}` };
  });
}

/** What is wrong with the id of a job or a step; undefined when it is fine. actions/workflow-parser, id-builder. */
export function idMistake(id: string, ids: ReadonlySet<string>): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(id) || id.length >= 100) {
    return `The identifier '${id}' is invalid. IDs may only contain alphanumeric characters, '_', and '-'. IDs must start with a letter or '_' and must be less than 100 characters.`;
  }
  if (id.startsWith('__')) return `The identifier '${id}' is invalid. IDs starting with '__' are reserved.`;
  if (ids.has(id.toLowerCase())) {
    return `The identifier '${id}' may not be used more than once within the same scope.`;
  }
  return undefined;
}

function readStep(at: At, ids: Set<string>): Step | undefined {
  const list = entriesOf(at);
  if (list === undefined) return undefined;
  const entries = new Map(list.map((entry) => [entry.key, entry]));
  const kind = kindOf(at, list);
  for (const { key, keyAt } of list) checkKey(key, keyAt, kind);
  const id = readId(entries.get('id')?.at, ids);
  const base = { ...readBase(at, entries), key: id ?? '', ...(id === undefined ? {} : { id }) };
  if (kind === 'run') return readRun(base, entries);
  const usesAt = entries.get('uses')?.at;
  const uses = usesAt === undefined ? undefined : readUses(usesAt);
  if (kind === undefined || uses === undefined) return undefined;
  return { ...base, kind: 'uses', uses, with: sourceMap(entries.get('with')?.at, 'step') };
}

/** The first key that only one of the two kinds has decides. */
function kindOf(at: At, entries: readonly Entry[]): 'run' | 'uses' | undefined {
  const distinct = entries.find(({ key }) => RUN_KEYS.includes(key) !== USES_KEYS.includes(key));
  if (distinct === undefined) {
    const isBackground = entries.some(({ key }) => BACKGROUND_KEYS.includes(key));
    if (!isBackground) {
      invalid(
        at,
        "There's not enough info to determine what you meant. Add one of these properties: run, shell, uses, with, working-directory",
      );
    }
    return undefined;
  }
  const kind = RUN_KEYS.includes(distinct.key) ? 'run' : 'uses';
  if (!entries.some(({ key }) => key === kind)) invalid(at, `Required property is missing: ${kind}`);
  return kind;
}

function checkKey(key: string, keyAt: At, kind: 'run' | 'uses' | undefined): void {
  if (BACKGROUND_KEYS.includes(key)) {
    unsupported(keyAt, `${key} is not carried out: steps run one after the other`, 'Use jobs of their own.');
    return;
  }
  const known = kind === 'run' ? RUN_KEYS : kind === 'uses' ? USES_KEYS : [...RUN_KEYS, ...USES_KEYS];
  if (!known.includes(key)) invalid(keyAt, `Unexpected value '${key}'`);
}

function readId(at: At | undefined, ids: Set<string>): string | undefined {
  const id = plainText(at);
  if (at === undefined || id === undefined) return undefined;
  const mistake = idMistake(id, ids);
  if (mistake !== undefined) invalid(at, mistake);
  ids.add(id.toLowerCase());
  return id;
}

type StepBase = Omit<Step, 'kind' | 'run' | 'uses' | 'with' | 'shell' | 'workingDirectory'>;

function readBase(at: At, entries: ReadonlyMap<string, Entry>): Omit<StepBase, 'key' | 'id'> {
  const find = (key: string): At | undefined => entries.get(key)?.at;
  const name = template(find('name'), 'step');
  const condition = conditionAt(find('if'), 'step-if');
  const continueOnError = booleanAt(find('continue-on-error'), 'step');
  const timeoutMinutes = numberAt(find('timeout-minutes'), 'step');
  return {
    line: at.line,
    column: at.column,
    ...(name === undefined ? {} : { name }),
    ...(condition === undefined ? {} : { if: condition }),
    ...(continueOnError === undefined ? {} : { continueOnError }),
    ...(timeoutMinutes === undefined ? {} : { timeoutMinutes }),
    env: sourceMap(find('env'), 'step'),
  };
}

/** docs: workflow limits. */
const SCRIPT_CHARACTERS_MAX = 21_000;

function readRun(base: StepBase, entries: ReadonlyMap<string, Entry>): Step | undefined {
  const runAt = entries.get('run')?.at;
  const run = template(runAt, 'step');
  if (runAt === undefined || run === undefined) return undefined;
  if (run.value.length > SCRIPT_CHARACTERS_MAX && run.value.includes('${{')) {
    invalid(runAt, `Exceeded max expression length ${SCRIPT_CHARACTERS_MAX}`);
  }
  const shell = shellAt(entries.get('shell')?.at, 'step');
  const workingDirectory = template(entries.get('working-directory')?.at, 'step');
  return {
    ...base,
    kind: 'run',
    run: sourced(runAt, run.value),
    ...(shell === undefined ? {} : { shell }),
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
  };
}

function readUses(at: At): ActionReference | undefined {
  const text = plainText(at);
  if (text === undefined) return undefined;
  if (text.startsWith('docker://')) {
    unsupported(at, `Actions in containers are not carried out: ${text}`, 'Use a run step.');
    return undefined;
  }
  const path = /^(?:\.|\$)\/(.*)$/.exec(text)?.[1];
  if (path !== undefined) return { kind: 'local', path: path.replace(/\/$/, '') };
  const [, name = '', ref = ''] = /^([\w.-]+\/[\w.-]+(?:\/[^@]+)?)@(\S+)$/.exec(text) ?? [];
  if (name !== '') return { kind: 'repository', name: name.toLowerCase(), ref };
  invalid(
    at,
    `Expected format {owner}/{repo}[/path]@{ref}. Actual '${text}'`,
    'An action is pinned to a commit: owner/name@<40 hex digits>.',
  );
  return undefined;
}
