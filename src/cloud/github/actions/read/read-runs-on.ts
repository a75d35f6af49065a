import type { Source } from '../model/source.ts';
import { deepSource } from './read-values.ts';
import type { At } from './reading.ts';
import { unsupported } from './reading.ts';
import { itemsOrOne, knownEntries, shapeOf, textAt } from './yaml-walk.ts';

/** The images of Linux that GitHub runs (actions/runner-images, 2026-10); older ones wait for a runner for ever. */
const UBUNTU = /^ubuntu-(?:latest|slim|(?:22|24|26)\.04(?:-arm)?)$/i;

/**
 * Why a runner of these labels is not there; undefined when it is. Any Linux is this machine, whose processor is
 * `arch`, as Node.js names it; a label that names another processor is not.
 */
export function unknownLabel(label: string, arch: string = process.arch): string | undefined {
  const wanted = processorOf(label);
  if (wanted !== undefined && wanted !== arch)
    return `Runners of ${label} are not carried out: the processor of this machine is ${arch}`;
  if (UBUNTU.test(label) || /^(?:self-hosted|linux|x64|arm64)$/i.test(label)) return undefined;
  if (/^ubuntu-\d\d\.\d\d/i.test(label)) return `GitHub has no runner ${label}`;
  if (/^(?:windows|macos)-/i.test(label))
    return `Runners of ${label} are not carried out: this machine is Linux`;
  return `There is no runner with the label ${label}`;
}

/** The processor that a label asks for by name; that of `ubuntu-24.04` is left open, for any is good to rehearse on. */
function processorOf(label: string): string | undefined {
  if (/^(?:x64|arm64)$/i.test(label)) return label.toLowerCase();
  return /-arm$/i.test(label) && UBUNTU.test(label) ? 'arm64' : undefined;
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
