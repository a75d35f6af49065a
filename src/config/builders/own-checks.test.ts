import { expect, test } from 'vitest';
import { resolveChecks } from '../resolve/resolve-checks.ts';
import { validateConfig } from '../validate-config.ts';
import { audit, dockerfileScan, imageScan, licences, sbom, secretScan, workflowScan } from './own-checks.ts';

const CHECKS = {
  audit: audit(),
  secrets: secretScan({ weight: 2 }),
  dockerfile: dockerfileScan(),
  image: imageScan({ timeout: '5m' }),
  sbom: sbom({ needs: ['audit'] }),
  licences: licences({ needs: ['audit'], fast: true }),
  workflows: workflowScan(),
};

test('what Glidepath brings are commands of its own, each with its report', () => {
  const shown = resolveChecks({ name: 'a', apps: {}, environments: {}, ci: { checks: CHECKS } }).map(
    ({ command, reports, fast, isCached }) => [
      command,
      [...reports.sarif, ...reports.sbom],
      [fast ? 'fast' : 'slow', isCached ? 'kept' : 'always anew'].join(', '),
    ],
  );
  const report = (name: string): string => `.glidepath/reports/${name}`;
  expect(shown).toEqual([
    [
      `glidepath security audit --sarif ${report('audit.sarif')}`,
      [report('audit.sarif')],
      'slow, always anew',
    ],
    [
      `glidepath security secrets --sarif ${report('secrets.sarif')}`,
      [report('secrets.sarif')],
      'fast, kept',
    ],
    [
      `glidepath security dockerfile --sarif ${report('dockerfile.sarif')}`,
      [report('dockerfile.sarif')],
      'fast, kept',
    ],
    [
      `glidepath security image --sarif ${report('image.sarif')}`,
      [report('image.sarif')],
      'slow, always anew',
    ],
    [`glidepath security sbom --output ${report('sbom.cdx.json')}`, [report('sbom.cdx.json')], 'slow, kept'],
    [
      `glidepath security licenses --sarif ${report('licences.sarif')}`,
      [report('licences.sarif')],
      'fast, kept',
    ],
    [
      `glidepath security workflows --sarif ${report('workflows.sarif')}`,
      [report('workflows.sarif')],
      'fast, kept',
    ],
  ]);
});

test('what could not be looked at fails one where that is asked for, and images are named as they are', () => {
  expect(audit({ require: true }).command).toBe(
    'glidepath security audit --sarif .glidepath/reports/audit.sarif --require',
  );
  expect(imageScan({ images: ['out/web', "it's.tar"] }).command).toBe(
    `glidepath security image out/web 'it'\\''s.tar' --sarif .glidepath/reports/image.sarif`,
  );
  expect(audit({ require: true })).not.toHaveProperty('require');
});

test('together they have nothing against each other, on the host or in a container', () => {
  const config = { name: 'a', apps: {}, environments: {}, ci: { checks: CHECKS } };
  expect(validateConfig(config, { file: 'x', source: '' }).diagnostics).toEqual([]);
  const inside = {
    ...config,
    ci: { checks: { audit: audit({ where: 'container' }) }, container: { image: 'node:24' } },
  };
  expect(validateConfig(inside, { file: 'x', source: '' }).diagnostics).toEqual([]);
  expect(audit({ where: 'container' }).network).toBe(true);
});

test('the same check twice in one directory would write one report, and is refused', () => {
  const checks = { web: audit(), api: audit(), worker: audit({ directory: 'worker' }) };
  const { diagnostics } = validateConfig(
    { name: 'a', apps: {}, environments: {}, ci: { checks } },
    { file: 'x', source: '' },
  );
  expect(diagnostics.map(({ message }) => message)).toEqual([
    'ci.checks.api.reports.sarif[0] is .glidepath/reports/audit.sarif, which the check web writes too (reports .glidepath/reports/audit.sarif).',
  ]);
});
