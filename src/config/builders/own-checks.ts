import type { CheckDefinition, CheckReportsDefinition } from '../definition/check-definition.ts';

/** What a check that Glidepath brings lets one say besides: what it needs, where it runs, how long it may take. */
export type OwnCheckOptions<N extends string = never> = Omit<CheckDefinition<N>, 'command' | 'reports'>;

/** Where reports lie, from the directory of a check. */
export const REPORTS = '.glidepath/reports';

/** Known vulnerabilities of the packages in the lock files. Asked anew each time: advisories come without a commit. */
export function audit<const N extends string = never>(options: OwnCheckOptions<N> = {}): CheckDefinition<N> {
  const network = options.where === 'container' ? { network: true } : {};
  return finding('security audit', 'audit', { fast: false, cache: false, ...network, ...options });
}

/** Secrets that were committed by mistake. */
export function secretScan<const N extends string = never>(
  options: OwnCheckOptions<N> = {},
): CheckDefinition<N> {
  return finding('security secrets', 'secrets', options);
}

/** What is unsafe or wasteful in Dockerfiles. */
export function dockerfileScan<const N extends string = never>(
  options: OwnCheckOptions<N> = {},
): CheckDefinition<N> {
  return finding('security dockerfile', 'dockerfile', options);
}

/** What is inside of the images, held against the advisories of `ci.security.advisories`. */
export function imageScan<const N extends string = never>(
  options: OwnCheckOptions<N> = {},
): CheckDefinition<N> {
  return finding('security image', 'image', { fast: false, cache: false, ...options });
}

/** Everything that the project is made of, as CycloneDX. */
export function sbom<const N extends string = never>(options: OwnCheckOptions<N> = {}): CheckDefinition<N> {
  const file = `${REPORTS}/sbom.cdx.json`;
  return own(`security sbom --output ${file}`, { sbom: [file] }, { fast: false, ...options });
}

/** Whether every dependency has a licence of `ci.security.licences`. */
export function licences<const N extends string = never>(
  options: OwnCheckOptions<N> = {},
): CheckDefinition<N> {
  return finding('security licences', 'licences', { fast: false, ...options });
}

function finding<N extends string>(
  command: string,
  name: string,
  options: OwnCheckOptions<N>,
): CheckDefinition<N> {
  const file = `${REPORTS}/${name}.sarif`;
  return own(`${command} --sarif ${file}`, { sarif: [file] }, options);
}

function own<N extends string>(
  command: string,
  reports: CheckReportsDefinition,
  options: OwnCheckOptions<N>,
): CheckDefinition<N> {
  return { command: `glidepath ${command}`, ...options, reports };
}
