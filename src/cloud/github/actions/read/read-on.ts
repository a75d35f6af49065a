import { readCron, isTimezone } from '../match/cron.ts';
import { globToRegExp } from '../match/glob.ts';
import { EVENTS } from '../model/event-names.ts';
import type { EventName } from '../model/event-names.ts';
import type { PatternFilter, Schedule, Trigger } from '../model/trigger.ts';
import type { At } from './reading.ts';
import { invalid } from './reading.ts';
import type { Entry } from './yaml-walk.ts';
import { entriesOf, itemsOf, itemsOrOne, knownEntries, shapeOf, textAt } from './yaml-walk.ts';

/** `on`, read: the events, and the places of what the two kinds of calls declare. */
export interface OnReading {
  readonly triggers: readonly Trigger[];
  readonly dispatch?: At;
  readonly call?: At;
}

const BRANCHES = ['branches', 'branches-ignore'];
const TAGS = ['tags', 'tags-ignore'];
const PATHS = ['paths', 'paths-ignore'];
/** The filters that events have beside `types`. actions/workflow-parser, workflow-v1.0. */
const FILTERS: { readonly [Name in EventName]?: readonly string[] } = {
  image_version: ['types', 'names', 'versions'],
  merge_group: ['types', ...BRANCHES],
  pull_request: ['types', ...BRANCHES, ...PATHS],
  pull_request_target: ['types', ...BRANCHES, ...PATHS],
  push: [...BRANCHES, ...TAGS, ...PATHS],
  repository_dispatch: ['types'],
  workflow_call: ['inputs', 'secrets', 'outputs'],
  workflow_dispatch: ['inputs'],
  workflow_run: ['types', 'workflows', ...BRANCHES],
};

/** Reads `on`: one event, a list of events, or a mapping of events to their filters. */
export function readOn(at: At): OnReading {
  const entries = namedEvents(at);
  if (entries.length === 0) invalid(at, 'No event triggers defined in `on`');
  for (const { key, keyAt } of entries) if (!isEvent(key)) invalid(keyAt, `Unexpected value '${key}'`);
  const known = entries.filter(({ key }) => isEvent(key));
  const find = (name: EventName): At | undefined => known.find(({ key }) => key === name)?.at;
  const [dispatch, call] = [find('workflow_dispatch'), find('workflow_call')];
  return {
    triggers: known.map(readTrigger),
    ...(dispatch === undefined ? {} : { dispatch }),
    ...(call === undefined ? {} : { call }),
  };
}

function namedEvents(at: At): readonly Entry[] {
  if (shapeOf(at) === 'mapping') return entriesOf(at) ?? [];
  const names = at.node === null ? [] : (itemsOrOne(at) ?? []);
  return names.flatMap((item) => {
    const key = textAt(item);
    return key === undefined ? [] : [{ key, keyAt: item, at: { ...item, node: null } }];
  });
}

function isEvent(name: string): name is EventName {
  return Object.hasOwn(EVENTS, name);
}

function readTrigger({ key, keyAt, at }: Entry): Trigger {
  const event = key as EventName;
  const { types: all, defaults = all }: { types: readonly string[]; defaults?: readonly string[] } =
    EVENTS[event];
  const place = { line: keyAt.line, column: keyAt.column };
  const bare: Trigger = { ...place, event, types: defaults, workflows: [], schedules: [] };
  if (event === 'schedule') return { ...bare, schedules: readSchedules(at) };
  const filters = FILTERS[event] ?? (all.length > 0 ? ['types'] : []);
  if (at.node === null || filters.length === 0) {
    if (at.node !== null) invalid(at, 'A mapping was not expected');
    if (event === 'workflow_run') withoutWorkflows(keyAt);
    return bare;
  }
  const entries = knownEntries(at, filters);
  if (entries === undefined) return bare;
  if (event === 'workflow_run' && !entries.has('workflows')) withoutWorkflows(keyAt);
  const types = readTypes(entries.get('types')?.at, event, all);
  const [branches, tags, paths] = ['branches', 'tags', 'paths'].map((name) => readFilter(entries, name));
  return {
    ...bare,
    types: types ?? defaults,
    ...(branches === undefined ? {} : { branches }),
    ...(tags === undefined ? {} : { tags }),
    ...(paths === undefined ? {} : { paths }),
    workflows: texts(entries.get('workflows')?.at),
  };
}

function withoutWorkflows(at: At): void {
  invalid(at, 'on.workflow_run does not reference any workflows.', 'Name the GitHub workflows it waits for.');
}

function readTypes(
  at: At | undefined,
  event: EventName,
  all: readonly string[],
): readonly string[] | undefined {
  if (at === undefined) return undefined;
  const types = texts(at);
  const unknown = event === 'repository_dispatch' ? [] : types.filter((type) => !all.includes(type));
  for (const type of unknown) invalid(at, `Unexpected value '${type}'`, `It is one of ${all.join(', ')}.`);
  return types;
}

function readFilter(entries: ReadonlyMap<string, Entry>, name: string): PatternFilter | undefined {
  const [include, ignore] = [entries.get(name), entries.get(`${name}-ignore`)];
  if (include !== undefined && ignore !== undefined) {
    invalid(
      ignore.keyAt,
      `you may only define one of \`${name}\` and \`${name}-ignore\` for a single event`,
      `Keep ${name} and take names out with a pattern that begins with !.`,
    );
  }
  const found = include ?? ignore;
  if (found === undefined) return undefined;
  const patterns = texts(found.at);
  for (const pattern of patterns) checkGlob(found.at, pattern);
  return { mode: include === undefined ? 'ignore' : 'include', patterns };
}

function checkGlob(at: At, pattern: string): void {
  try {
    globToRegExp(pattern);
  } catch {
    invalid(at, `Invalid pattern '${pattern}'`, 'A range in [] goes from the lower to the higher.');
  }
}

function readSchedules(at: At): readonly Schedule[] {
  return (itemsOf(at) ?? []).flatMap((item) => {
    const entries = knownEntries(item, ['cron', 'timezone'], ['cron']);
    const cronAt = entries?.get('cron')?.at;
    const cron = cronAt === undefined ? undefined : textAt(cronAt);
    if (cronAt === undefined || cron === undefined) return [];
    if (readCron(cron) === undefined) {
      invalid(
        cronAt,
        "Invalid cron expression. Expected format: '* * * * *' (minute hour day month weekday)",
      );
    }
    const zoneAt = entries?.get('timezone')?.at;
    const timezone = zoneAt === undefined ? 'UTC' : (textAt(zoneAt) ?? 'UTC');
    if (zoneAt !== undefined && !isTimezone(timezone)) invalid(zoneAt, `Unexpected value '${timezone}'`);
    return [{ cron, timezone, line: item.line, column: item.column }];
  });
}

function texts(at: At | undefined): readonly string[] {
  if (at === undefined) return [];
  return (itemsOrOne(at) ?? []).flatMap((item) => textAt(item) ?? []);
}
