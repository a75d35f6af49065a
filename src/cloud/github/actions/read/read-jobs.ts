import type { Job } from '../model/workflow.ts';
import { readJob } from './read-job.ts';
import { idMistake } from './read-step.ts';
import type { At } from './reading.ts';
import { invalid } from './reading.ts';
import type { Entry } from './yaml-walk.ts';
import { child, entriesOf, itemsOrOne, textAt } from './yaml-walk.ts';
import { isMap } from 'yaml';

/** Reads `jobs`: each of them, and whether their `needs` lead anywhere. */
export function readJobs(at: At): readonly Job[] {
  const entries = entriesOf(at);
  if (entries === undefined) return [];
  if (entries.length === 0) invalid(at, 'No jobs defined in `jobs`');
  const ids = new Set<string>();
  for (const { key, keyAt } of entries) {
    const mistake = idMistake(key, ids);
    if (mistake !== undefined) invalid(keyAt, mistake);
    ids.add(key.toLowerCase());
  }
  const jobs = entries.flatMap((entry) => readJob(entry) ?? []);
  for (const job of jobs) {
    if (job.kind !== 'steps' || job.steps.length > 0) continue;
    const entry = entries.find(({ key }) => key === job.id);
    if (entry !== undefined && !hasKey(entry.at, 'steps')) {
      invalid(
        entry.keyAt,
        `No steps defined in \`steps\` and no workflow called in \`uses\` for the following jobs: ${job.id}`,
      );
    }
  }
  checkNeeds(at, entries);
  return jobs;
}

/** Jobs that would never begin: GitHub starts with those without needs, and goes on from there. */
function checkNeeds(at: At, entries: readonly Entry[]): void {
  const waiting = new Map(entries.map((entry) => [entry.key, needsOf(entry)]));
  const ids = [...waiting.keys()].map((id) => id.toLowerCase());
  const done = new Set<string>();
  for (;;) {
    const next = [...waiting].filter(([, needs]) => needs.every(({ id }) => done.has(id.toLowerCase())));
    if (next.length === 0) break;
    for (const [id] of next) {
      done.add(id.toLowerCase());
      waiting.delete(id);
    }
  }
  if (done.size === 0 && entries.length > 0) {
    invalid(at, 'The workflow must contain at least one job with no dependencies.');
  }
  for (const [id, needs] of waiting) {
    for (const need of needs) {
      if (done.has(need.id.toLowerCase())) continue;
      invalid(
        need.at,
        ids.includes(need.id.toLowerCase())
          ? `Job '${id}' depends on job '${need.id}' which creates a cycle in the dependency graph.`
          : `Job '${id}' depends on unknown job '${need.id}'.`,
      );
    }
  }
}

function needsOf({ at }: Entry): readonly { id: string; at: At }[] {
  const node = isMap(at.node) ? at.node.get('needs', true) : undefined;
  if (node === undefined) return [];
  const items = itemsOrOne(child(quiet(at), node, '.needs')) ?? [];
  return items.flatMap((item) => {
    const id = textAt(item);
    return id === undefined ? [] : [{ id, at: { ...item, reading: at.reading } }];
  });
}

/** A second look at what was read already: notes nothing twice. */
function quiet(at: At): At {
  return { ...at, reading: { ...at.reading, mistakes: [], unsupported: [] } };
}

function hasKey({ node }: At, key: string): boolean {
  return isMap(node) && node.has(key);
}
