/**
 * Scores of the MacroVectors that a base score can meet (CVSS v4.0 specification, section 8.3), by the equivalence classes 1
 * and 2: those of 3 and 6 in the order of `IMPACTS`, each with class 4 at 1 and at 2. What attackers do (class 5) counts as
 * the worst, as it does where nobody says. The figures are FIRST's own, taken over from a public port of its calculator.
 * CVSS is owned by FIRST.Org, Inc. and used by permission (first.org/cvss/v4-0/specification-document).
 */
const SCORES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  '00': [
    [10, 9.3],
    [9.6, 9],
    [9.3, 8.8],
    [9.2, 8],
    [7.9, 6.9],
  ],
  '01': [
    [9.5, 9.2],
    [9.1, 8.1],
    [9.2, 8.4],
    [8.2, 7],
    [7.1, 6.3],
  ],
  '10': [
    [9.4, 8.7],
    [8.9, 7.5],
    [8.6, 7.2],
    [7.6, 5.7],
    [6.5, 5.3],
  ],
  '11': [
    [9, 7.7],
    [7.7, 6.6],
    [7.4, 6.1],
    [5.9, 5.2],
    [5.8, 2.3],
  ],
  '20': [
    [8.6, 7],
    [7.4, 5.4],
    [7.2, 5.3],
    [5.7, 3.6],
    [4.7, 2.4],
  ],
  '21': [
    [7.3, 5.4],
    [5.5, 4.3],
    [6.1, 4.6],
    [5.1, 1.8],
    [2.4, 1],
  ],
};

/** Classes 3 and 6 together. */
const IMPACTS = ['00', '01', '10', '11', '21'];

/** From the worst on, a tenth apart. */
const LEVELS: Readonly<Record<string, string>> = {
  AV: 'NALP',
  AC: 'LH',
  AT: 'NP',
  PR: 'NLH',
  UI: 'NPA',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'HLN',
  SI: 'HLN',
  SA: 'HLN',
};

/** How many steps a class is deep, and the worst vectors in it (sections 8.2 and 8.4 of the specification). */
interface EquivalenceClass {
  readonly depth: number;
  readonly metrics: readonly string[];
  /** A letter for each metric. */
  readonly worst: readonly string[];
}

const ACCESS: readonly EquivalenceClass[] = [
  { depth: 1, metrics: ['AV', 'PR', 'UI'], worst: ['NNN'] },
  { depth: 4, metrics: ['AV', 'PR', 'UI'], worst: ['ANN', 'NLN', 'NNP'] },
  { depth: 5, metrics: ['AV', 'PR', 'UI'], worst: ['PNN', 'ALP'] },
];
const EFFORT: readonly EquivalenceClass[] = [
  { depth: 1, metrics: ['AC', 'AT'], worst: ['LN'] },
  { depth: 2, metrics: ['AC', 'AT'], worst: ['HN', 'LP'] },
];
const SYSTEM: Readonly<Record<string, EquivalenceClass>> = {
  '00': { depth: 7, metrics: ['VC', 'VI', 'VA'], worst: ['HHH'] },
  '10': { depth: 8, metrics: ['VC', 'VI', 'VA'], worst: ['LHH', 'HLH'] },
  '21': { depth: 10, metrics: ['VC', 'VI', 'VA'], worst: ['LLL'] },
};
/** Of class 4 from 1 on: 0 is for what harms people, which only an environment says. */
const OTHERS: readonly EquivalenceClass[] = [
  { depth: 5, metrics: ['SC', 'SI', 'SA'], worst: ['HHH'] },
  { depth: 4, metrics: ['SC', 'SI', 'SA'], worst: ['LLL'] },
];

type Values = ReadonlyMap<string, string>;

/**
 * The base score of a CVSS vector of version 4.0, from 0 to 10, by section 8 of the specification. Metrics of threats and of
 * the environment do not count. Null for text that is no such vector, or lacks a base metric.
 */
export function cvss4BaseScore(vector: string): number | null {
  if (!vector.startsWith('CVSS:4.0/')) return null;
  const values: Values = new Map(
    vector
      .split('/')
      .slice(1)
      .map((part) => part.split(':', 2) as [string, string]),
  );
  const isWhole = Object.entries(LEVELS).every(([metric, levels]) =>
    levels.includes(values.get(metric) ?? '?'),
  );
  if (!isWhole) return null;
  const is = (metric: string, level: string): boolean => values.get(metric) === level;
  if (['VC', 'VI', 'VA', 'SC', 'SI', 'SA'].every((metric) => is(metric, 'N'))) return 0;
  const [access, effort, others] = [accessOf(is), Number(!(is('AC', 'L') && is('AT', 'N'))), othersOf(is)];
  const system = systemOf(is);
  const score = (one: number, two: number, impact: string, four: number): number | undefined =>
    SCORES[`${one}${two}`]?.[IMPACTS.indexOf(impact)]?.[four];
  const value = score(access, effort, system, others) ?? 0;
  const lower = [
    [score(access + 1, effort, system, others), distance(ACCESS[access], values)],
    [score(access, effort + 1, system, others), distance(EFFORT[effort], values)],
    [lessImpact(system, (impact) => score(access, effort, impact, others)), distance(SYSTEM[system], values)],
    [score(access, effort, system, others + 1), distance(OTHERS[others], values)],
  ] as const;
  const there = lower.flatMap(([less, share]) => (less === undefined ? [] : [(value - less) * share]));
  // Class 5 always has a lower one, at no distance.
  const mean = there.reduce((sum, each) => sum + each, 0) / (there.length + 1);
  // Sums of tenths end a little below where they should.
  return Math.round((Math.max(0, value - mean) + 1e-6) * 10) / 10;
}

type Is = (metric: string, level: string) => boolean;

function accessOf(is: Is): number {
  const open = [is('AV', 'N'), is('PR', 'N'), is('UI', 'N')].filter(Boolean).length;
  if (open === 3) return 0;
  return open > 0 && !is('AV', 'P') ? 1 : 2;
}

/** Classes 3 and 6; what is required of a system counts as high. */
function systemOf(is: Is): string {
  if (is('VC', 'H') && is('VI', 'H')) return '00';
  return is('VC', 'H') || is('VI', 'H') || is('VA', 'H') ? '10' : '21';
}

/** From 0 for class 4 at 1. */
function othersOf(is: Is): number {
  return is('SC', 'H') || is('SI', 'H') || is('SA', 'H') ? 0 : 1;
}

function lessImpact(system: string, score: (impact: string) => number | undefined): number | undefined {
  if (system === '21') return undefined;
  return system === '10' ? score('11') : Math.max(score('01') ?? 0, score('10') ?? 0);
}

/** How far the vector is from the worst of its class, as a share of the depth of the class. */
function distance(equivalence: EquivalenceClass | undefined, values: Values): number {
  if (equivalence === undefined) return 0;
  for (const worst of equivalence.worst) {
    const steps = equivalence.metrics.map((metric, at) => {
      const levels = LEVELS[metric] ?? '';
      return levels.indexOf(values.get(metric) ?? '') - levels.indexOf(worst[at] ?? '');
    });
    if (steps.every((step) => step >= 0))
      return steps.reduce((sum, step) => sum + step, 0) / equivalence.depth;
  }
  return 0;
}
