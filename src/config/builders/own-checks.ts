import type { CheckDefinition, CheckReportsDefinition } from '../definition/check-definition.ts';
import { shellWord } from './shell-word.ts';

/** What a check that Glidepath brings lets one say besides: what it needs, where it runs, how long it may take. */
export type OwnCheckOptions<N extends string = never> = Omit<CheckDefinition<N>, 'command' | 'reports'>;

/** The same of a check that looks for something. */
export interface ScanOptions<N extends string = never> extends OwnCheckOptions<N> {
  /** Whether it fails also where something could not be looked at, as without the network. Default false: it says so. */
  readonly require?: boolean;
}

/** What `imageScan` takes. */
export interface ImageScanOptions<N extends string = never> extends ScanOptions<N> {
  /** OCI layouts, tars of `docker save`, names of images. Default those that were built last. */
  readonly images?: readonly string[];
}

/** Where reports lie, from the directory of a check. */
export const REPORTS = '.glidepath/reports';

/** Known vulnerabilities of the packages in the lock files. Asked anew each time: advisories come without a commit. */
export function audit<const N extends string = never>(options: ScanOptions<N> = {}): CheckDefinition<N> {
  const network = options.where === 'container' ? { network: true } : {};
  return finding('security audit', 'audit', { fast: false, cache: false, ...network, ...options });
}

/** Secrets that were committed by mistake. */
export function secretScan<const N extends string = never>(options: ScanOptions<N> = {}): CheckDefinition<N> {
  return finding('security secrets', 'secrets', options);
}

/** What is unsafe or wasteful in Dockerfiles. */
export function dockerfileScan<const N extends string = never>(
  options: ScanOptions<N> = {},
): CheckDefinition<N> {
  return finding('security dockerfile', 'dockerfile', options);
}

/** What is inside of the images, held against the advisories of `ci.security.advisories`. */
export function imageScan<const N extends string = never>(
  options: ImageScanOptions<N> = {},
): CheckDefinition<N> {
  const { images = [], ...rest } = options;
  const command = ['security image', ...images.map(shellWord)].join(' ');
  return finding(command, 'image', { fast: false, cache: false, ...rest });
}

/** What is unsafe in the GitHub workflows of the repository, generated or not. */
export function workflowScan<const N extends string = never>(
  options: ScanOptions<N> = {},
): CheckDefinition<N> {
  return finding('security workflows', 'workflows', options);
}

/** Everything that the project is made of, as CycloneDX. */
export function sbom<const N extends string = never>(options: OwnCheckOptions<N> = {}): CheckDefinition<N> {
  const file = `${REPORTS}/sbom.cdx.json`;
  return own(`security sbom --output ${file}`, { sbom: [file] }, { fast: false, ...options });
}

/** Whether every dependency has a licence of `ci.security.licences`. */
export function licences<const N extends string = never>(options: ScanOptions<N> = {}): CheckDefinition<N> {
  return finding('security licenses', 'licences', { fast: false, ...options });
}

function finding<N extends string>(
  command: string,
  name: string,
  options: ScanOptions<N>,
): CheckDefinition<N> {
  const { require = false, ...rest } = options;
  const file = `${REPORTS}/${name}.sarif`;
  return own(`${command} --sarif ${file}${require ? ' --require' : ''}`, { sarif: [file] }, rest);
}

function own<N extends string>(
  command: string,
  reports: CheckReportsDefinition,
  options: OwnCheckOptions<N>,
): CheckDefinition<N> {
  return { command: `glidepath ${command}`, ...options, reports };
}
