/** Values of the base metrics (CVSS v3.1 specification, section 7.4). CVSS is owned by FIRST.Org, Inc. and used by permission. */
const WEIGHTS = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  UI: { N: 0.85, R: 0.62 },
  S: { U: 0, C: 1 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
} as const;

/** Where a break of one thing reaches others, privileges on the first are worth more. */
const PRIVILEGES_ACROSS = { N: 0.85, L: 0.68, H: 0.5 } as const;

type Metric = keyof typeof WEIGHTS;

/**
 * The base score of a CVSS vector of version 3.0 or 3.1, from 0 to 10, by the formula of the specification (section 7.1).
 * Metrics of time and of the environment do not count. Null for text that is no such vector, or lacks a base metric.
 */
export function cvss3BaseScore(vector: string): number | null {
  if (!/^CVSS:3\.[01]\//.test(vector)) return null;
  const said = new Map(
    vector
      .split('/')
      .slice(1)
      .map((part) => part.split(':', 2) as [string, string]),
  );
  const weigh = (metric: Metric): number =>
    (WEIGHTS[metric] as Readonly<Record<string, number>>)[said.get(metric) ?? ''] ?? Number.NaN;
  const isAcross = said.get('S') === 'C';
  const privileges = isAcross
    ? (PRIVILEGES_ACROSS[said.get('PR') as keyof typeof PRIVILEGES_ACROSS] ?? Number.NaN)
    : weigh('PR');
  const exploitability = 8.22 * weigh('AV') * weigh('AC') * privileges * weigh('UI');
  const loss = 1 - (1 - weigh('C')) * (1 - weigh('I')) * (1 - weigh('A'));
  const impact = isAcross ? 7.52 * (loss - 0.029) - 3.25 * (loss - 0.02) ** 15 : 6.42 * loss;
  if (Number.isNaN(exploitability + impact + weigh('S'))) return null;
  if (impact <= 0) return 0;
  return roundUp(Math.min((isAcross ? 1.08 : 1) * (impact + exploitability), 10));
}

/** The next tenth, without what binary fractions add (appendix A of the specification). */
function roundUp(score: number): number {
  const whole = Math.round(score * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
