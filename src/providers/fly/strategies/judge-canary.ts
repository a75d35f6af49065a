import type { ResolvedCanary } from '../../../config/resolved.ts';
import type { EdgeComparison, EdgeFigures } from '../edge-metrics.ts';

/** What is known of a canary at one instant. */
export interface CanaryEvidence {
  /** How long it has taken traffic. */
  readonly elapsedMs: number;
  /** What is wrong with the machine itself, in words; null while it runs and passes its checks. */
  readonly ailment: string | null;
  /** Null when the edge's figures could not be read. */
  readonly traffic: EdgeComparison | null;
}

/** Whether the rest may follow, and why: a sentence with the figures in it. */
export interface CanaryVerdict {
  readonly decision: 'go' | 'wait' | 'stop';
  readonly reason: string;
}

/**
 * So many failed answers end a canary before its time is over. A single one may be chance, and is only weighed at the
 * end.
 */
const EARLY_ERRORS_MIN = 10;
/**
 * A difference below this is not counted as slower: between 2 and 4 ms there is a factor of two that nobody notices.
 */
const LATENCY_SLACK_MS = 25;

/**
 * Judges a canary against the machines of the release before, in the same window. Pure.
 *
 * Its health decides at any time. Its answers decide at the end of the bake time, and before it only where very many
 * failed. With fewer requests than `minRequests`, or without figures, health alone decides.
 */
export function judgeCanary(settings: ResolvedCanary, evidence: CanaryEvidence): CanaryVerdict {
  const { elapsedMs, ailment, traffic } = evidence;
  if (ailment !== null) return { decision: 'stop', reason: ailment };
  const isOver = elapsedMs >= settings.bakeMs;
  const answers = traffic === null ? null : judgeAnswers(settings, traffic);
  if (answers?.fault != null) {
    const isPlain = traffic !== null && traffic.machine.errors >= EARLY_ERRORS_MIN && answers.isOfErrors;
    if (isOver || isPlain) return { decision: 'stop', reason: answers.fault };
  }
  const figures = traffic === null ? 'the figures of the edge could not be read' : figuresWords(traffic);
  if (!isOver) return { decision: 'wait', reason: figures };
  if (answers !== null && answers.isEnough) return { decision: 'go', reason: figures };
  const why = traffic === null ? figures : `${figures}; fewer than ${settings.minRequests} requests`;
  return { decision: 'go', reason: `${why}, so that its health alone decided` };
}

interface AnswersVerdict {
  readonly isEnough: boolean;
  readonly isOfErrors: boolean;
  /** Null when its answers are as good as those of the others. */
  readonly fault: string | null;
}

function judgeAnswers(settings: ResolvedCanary, { machine, others }: EdgeComparison): AnswersVerdict {
  if (machine.requests < settings.minRequests) return { isEnough: false, isOfErrors: false, fault: null };
  const excess = errorRate(machine) - errorRate(others);
  if (excess > settings.maxErrorRate) {
    const fault = `${rateWords(machine)} failed, ${rateWords(others)} of the other machines; ${percent(settings.maxErrorRate)} more is allowed`;
    return { isEnough: true, isOfErrors: true, fault };
  }
  return { isEnough: true, isOfErrors: false, fault: slowness(settings, machine, others) };
}

/**
 * The edge counts times in wide buckets: 98 and 103 ms may lie in two of them, whose middles are far apart. So it is
 * slower only where the bounds leave no doubt, or where most of its answers took longer in the mean.
 */
function slowness(settings: ResolvedCanary, machine: EdgeFigures, others: EdgeFigures): string | null {
  if (others.requests < settings.minRequests) return null;
  const isSlower = (own: number | null | undefined, theirs: number | null | undefined): boolean =>
    own != null &&
    theirs != null &&
    own > theirs * settings.maxLatencyRatio &&
    own - theirs > LATENCY_SLACK_MS;
  if (!isSlower(machine.p95?.fromMs, others.p95?.toMs) && !isSlower(machine.mostMs, others.meanMs))
    return null;
  return `its answers took ${timeWords(machine, ' in the mean')}, those of the other machines ${timeWords(others)}; ${settings.maxLatencyRatio} times that is allowed`;
}

function errorRate({ requests, errors }: EdgeFigures): number {
  return requests === 0 ? 0 : errors / requests;
}

/** The comparison as one line, what matters most first: it may be cut at the edge of a screen. */
function figuresWords({ machine, others }: EdgeComparison): string {
  const failed = (figures: EdgeFigures): string => `${figures.errors} of ${figures.requests}`;
  const means = [machine, others].map(({ meanMs }) => ms(meanMs));
  return `${failed(machine)} answers failed, mean ${means[0]}; others ${failed(others)}, ${means[1]}; p95 ${bucketWords(machine)}, others ${bucketWords(others)}`;
}

function timeWords(figures: EdgeFigures, what = ''): string {
  return `${ms(figures.meanMs)}${what} (p95 ${bucketWords(figures)})`;
}

function bucketWords({ p95 }: EdgeFigures): string {
  if (p95 === null) return 'unknown';
  if (p95.toMs === Number.POSITIVE_INFINITY) return `over ${p95.fromMs} ms`;
  return `${p95.fromMs}–${p95.toMs} ms`;
}

function rateWords(figures: EdgeFigures): string {
  return `${figures.errors} of ${figures.requests} answers (${percent(errorRate(figures))})`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function ms(value: number | null): string {
  return value === null ? 'unknown' : `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}
