/** A simulated region: a label, nothing runs elsewhere. */
export interface Region {
  readonly code: string;
  readonly name: string;
}

/** Where a machine goes that names no region. */
export const DEFAULT_REGION = 'iad';

/** Fly's regions, by its documentation. */
export const REGIONS: readonly Region[] = [
  { code: 'ams', name: 'Amsterdam, Netherlands' },
  { code: 'arn', name: 'Stockholm, Sweden' },
  { code: 'bom', name: 'Mumbai, India' },
  { code: 'cdg', name: 'Paris, France' },
  { code: 'dfw', name: 'Dallas, Texas (US)' },
  { code: 'ewr', name: 'Secaucus, NJ (US)' },
  { code: 'fra', name: 'Frankfurt, Germany' },
  { code: 'gru', name: 'Sao Paulo, Brazil' },
  { code: 'iad', name: 'Ashburn, Virginia (US)' },
  { code: 'jnb', name: 'Johannesburg, South Africa' },
  { code: 'lax', name: 'Los Angeles, California (US)' },
  { code: 'lhr', name: 'London, United Kingdom' },
  { code: 'nrt', name: 'Tokyo, Japan' },
  { code: 'ord', name: 'Chicago, Illinois (US)' },
  { code: 'sin', name: 'Singapore, Singapore' },
  { code: 'sjc', name: 'San Jose, California (US)' },
  { code: 'syd', name: 'Sydney, Australia' },
  { code: 'yyz', name: 'Toronto, Canada' },
];
