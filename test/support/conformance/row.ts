import { matches } from '../../../src/cloud/github/actions/match/matches.ts';
import type { GithubEvent } from '../../../src/cloud/github/actions/model/github-event.ts';
import { readWorkflow } from '../../../src/cloud/github/actions/read/read-workflow.ts';
import type { Outcome } from '../actions-play.ts';
import { begin, play, workflowOf } from '../actions-play.ts';

/** One row of the conformance table: what GitHub does, and where that is said. */
export interface ConformanceRow {
  readonly topic: string;
  /** What is written in the file, or how things stand. */
  readonly given: string;
  /** What happens. */
  readonly when: string;
  /** What GitHub does about it. */
  readonly expected: string;
  readonly source: string;
  /** What the interpreter does about it, in the words of `expected`, and its own reason. */
  readonly actual: () => { readonly does: string; readonly why: string };
}

const STEPS = 'runs-on: ubuntu-latest, steps: [{run: "true"}]';
/** A job for files that are about something else. */
export const JOB: string = `jobs:\n  a: {${STEPS}}\n`;

/** A job in flow style, with more keys. */
export function job(id: string, more = ''): string {
  return `${id}: {${STEPS}${more === '' ? '' : `, ${more}`}}`;
}

/** Rows about `on`: whether an event starts a run. */
export function trigger(topic: string, source: string) {
  return (on: string, event: GithubEvent, when: string, runs: boolean): ConformanceRow => ({
    topic,
    given: `on: ${on}`,
    when,
    expected: runs ? 'runs' : 'does not run',
    source,
    actual: () => {
      const verdict = matches(workflowOf(`name: Deploy\non: ${on}\n${JOB}`), event);
      return { does: verdict.runs ? 'runs' : 'does not run', why: verdict.why };
    },
  });
}

/** Rows about jobs: what becomes of each of them. */
export function jobs(topic: string, source: string) {
  return (
    written: readonly string[],
    outcomes: Readonly<Record<string, Outcome>>,
    expected: string,
    more: {
      readonly files?: Readonly<Record<string, string>>;
      readonly event: GithubEvent;
      readonly when?: string;
    },
  ): ConformanceRow => ({
    topic,
    given: written.join('; ').replaceAll(`${STEPS}, `, '').replaceAll(`: {${STEPS}}`, ''),
    when: more.when ?? whenOf(outcomes),
    expected,
    source,
    actual: () => {
      const state = begin(
        `on: push\njobs:\n${written.map((one) => `  ${one}\n`).join('')}`,
        more.event,
        more.files,
      );
      const { checks, conclusion, why } = play(state, outcomes);
      const told = Object.entries(checks).map(([name, result]) => `${name}: ${result}`);
      return { does: `${told.join(', ')} → ${conclusion}`, why: Object.values(why)[0] ?? '' };
    },
  });
}

function whenOf(outcomes: Readonly<Record<string, Outcome>>): string {
  const told = Object.entries(outcomes).map(([id, outcome]) =>
    typeof outcome === 'string' ? `${id} ends as ${outcome}` : `${id} puts out ${JSON.stringify(outcome)}`,
  );
  return told.join(', ') || 'all that runs succeeds';
}

/** Rows about files that GitHub refuses, or that are not carried out here. */
export function file(topic: string, source: string) {
  return (given: string, text: string, expected: string): ConformanceRow => ({
    topic,
    given,
    when: 'the file is read',
    expected,
    source,
    actual: () => {
      const reading = readWorkflow('.github/workflows/x.yml', text);
      if (reading.kind === 'invalid')
        return { does: 'WORKFLOW_INVALID', why: reading.mistakes[0]?.message ?? '' };
      const [first] = reading.unsupported;
      return first === undefined
        ? { does: 'read', why: '' }
        : { does: 'WORKFLOW_UNSUPPORTED', why: `${first.message}. ${first.hint ?? ''}` };
    },
  });
}

/** A row whose answer is computed in its own way. */
export function fact(topic: string, source: string) {
  return (given: string, when: string, expected: string, does: () => string, why = ''): ConformanceRow => ({
    topic,
    given,
    when,
    expected,
    source,
    actual: () => ({ does: does(), why }),
  });
}
