import type { EnvironmentSpec } from '../model/workflow.ts';
import { booleanAt, template } from './read-values.ts';
import type { At } from './reading.ts';
import { knownEntries, shapeOf } from './yaml-walk.ts';

/** Reads `environment` of a job: a name, or a mapping with its address and whether a deployment is recorded. */
export function readEnvironment(at: At | undefined): EnvironmentSpec | undefined {
  if (at === undefined) return undefined;
  const place = { line: at.line, column: at.column };
  if (shapeOf(at) !== 'mapping') {
    const name = template(at, 'job-strategy');
    return name === undefined ? undefined : { ...place, name };
  }
  const entries = knownEntries(at, ['name', 'url', 'deployment'], ['name']);
  const name = template(entries?.get('name')?.at, 'job-strategy');
  const url = template(entries?.get('url')?.at, 'environment-url');
  const deployment = booleanAt(entries?.get('deployment')?.at, 'job-strategy');
  if (name === undefined) return undefined;
  return {
    ...place,
    name,
    ...(url === undefined ? {} : { url }),
    ...(deployment === undefined ? {} : { deployment }),
  };
}
