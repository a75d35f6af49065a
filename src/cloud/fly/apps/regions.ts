import { badRequest } from '../api-error.ts';

/** A simulated region: a label, nothing runs elsewhere. */
export interface Region {
  readonly code: string;
  readonly name: string;
  readonly geo: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** Where a machine goes that names no region. */
export const DEFAULT_REGION = 'iad';

const region = (code: string, name: string, geo: string, latitude: number, longitude: number): Region => ({
  code,
  name,
  geo,
  latitude,
  longitude,
});

/** Fly's regions, by its documentation; each lies where the airport of its three letters is. */
export const REGIONS: readonly Region[] = [
  region('ams', 'Amsterdam, Netherlands', 'europe', 52.31, 4.76),
  region('arn', 'Stockholm, Sweden', 'europe', 59.65, 17.92),
  region('bom', 'Mumbai, India', 'asia_pacific', 19.09, 72.87),
  region('cdg', 'Paris, France', 'europe', 49.01, 2.55),
  region('dfw', 'Dallas, Texas (US)', 'north_america', 32.9, -97.04),
  region('ewr', 'Secaucus, NJ (US)', 'north_america', 40.69, -74.17),
  region('fra', 'Frankfurt, Germany', 'europe', 50.03, 8.57),
  region('gru', 'Sao Paulo, Brazil', 'south_america', -23.43, -46.47),
  region('iad', 'Ashburn, Virginia (US)', 'north_america', 38.95, -77.46),
  region('jnb', 'Johannesburg, South Africa', 'africa', -26.13, 28.23),
  region('lax', 'Los Angeles, California (US)', 'north_america', 33.94, -118.41),
  region('lhr', 'London, United Kingdom', 'europe', 51.47, -0.45),
  region('nrt', 'Tokyo, Japan', 'asia_pacific', 35.76, 140.39),
  region('ord', 'Chicago, Illinois (US)', 'north_america', 41.97, -87.91),
  region('sin', 'Singapore, Singapore', 'asia_pacific', 1.36, 103.99),
  region('sjc', 'San Jose, California (US)', 'north_america', 37.36, -121.93),
  region('syd', 'Sydney, Australia', 'asia_pacific', -33.95, 151.18),
  region('yyz', 'Toronto, Canada', 'north_america', 43.68, -79.63),
];

/** Short names for groups of regions, by `geo`; `any` is all. */
const ALIASES: Readonly<Record<string, string>> = {
  af: 'africa',
  apac: 'asia_pacific',
  eu: 'europe',
  na: 'north_america',
  sa: 'south_america',
};

/** The regions that an expression such as `lhr,eu` means, in its order, each once. Throws the API's 400. */
export function regionsOf(expression: string): string[] {
  const codes = expression.split(',').flatMap((written) => {
    const word = written.trim();
    const geo = ALIASES[word] ?? word;
    const found = REGIONS.filter((each) => word === 'any' || each.code === word || each.geo === geo);
    if (found.length === 0) throw badRequest(`region ${word} not found`);
    return found.map(({ code }) => code);
  });
  return [...new Set(codes)];
}
