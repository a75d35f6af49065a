import type { Source } from '../model/source.ts';
import { deepSource } from './read-values.ts';
import type { At } from './reading.ts';
import { unsupported } from './reading.ts';
import { itemsOrOne, knownEntries, shapeOf, textAt } from './yaml-walk.ts';

/** Why a runner of these labels is not there; undefined when it is. Any Linux is this machine. */
export function unknownLabel(label: string): string | undefined {
  if (/^(?:ubuntu-(?:latest|slim|\d\d\.\d\d)(?:-arm)?|self-hosted|linux|x64|arm64)$/i.test(label))
    return undefined;
  if (/^(?:windows|macos)-/i.test(label))
    return `Runners of ${label} are not carried out: this machine is Linux`;
  return `There is no runner with the label ${label}`;
}

/** Reads `runs-on`: a label, a list of labels, or an expression, whose labels are looked at when the job begins. */
export function readRunsOn(at: At): Source | undefined {
  if (shapeOf(at) === 'mapping') {
    knownEntries(at, ['group', 'labels']);
    unsupported(at, 'Groups of runners are not carried out', 'Name labels: runs-on: ubuntu-24.04.');
    return deepSource(at, 'job-strategy');
  }
  for (const item of itemsOrOne(at) ?? []) {
    const label = textAt(item);
    const why = label === undefined || label.includes('${{') ? undefined : unknownLabel(label);
    if (why !== undefined) unsupported(item, why, 'Use ubuntu-24.04, or the labels self-hosted and linux.');
  }
  return deepSource(at, 'job-strategy');
}
