import { posix } from 'node:path';
import { xmlAttributes, xmlText } from '../xml/xml-text.ts';
import { coverageTotals, type Ratio } from './coverage-totals.ts';
import type { Coverage, FileCoverage } from './coverage.ts';

/**
 * Coverage as cobertura XML (coverage-04.dtd): a package for each directory, a class for each file. `source` is the
 * directory from which the names of files count; `at` is when, in epoch milliseconds. Pure.
 */
export function writeCobertura(coverage: Coverage, { source, at }: { source: string; at: number }): string {
  const packages = Map.groupBy(coverage, ([path]) => posix.dirname(path));
  const { lines, branches } = coverageTotals(coverage);
  const attributes = {
    ...ratesOf(coverage),
    'lines-covered': lines.covered,
    'lines-valid': lines.total,
    'branches-covered': branches.covered,
    'branches-valid': branches.total,
    complexity: 0,
    version: 'glidepath',
    timestamp: at,
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">',
    `<coverage${xmlAttributes(attributes)}>`,
    `  <sources><source>${xmlText(source)}</source></sources>`,
    '  <packages>',
    ...[...packages].map(([directory, files]) => packageText(directory, new Map(files))),
    '  </packages>',
    '</coverage>',
    '',
  ].join('\n');
}

function packageText(directory: string, files: Coverage): string {
  const head = xmlAttributes({ name: directory.replaceAll('/', '.'), ...ratesOf(files), complexity: 0 });
  const classes = [...files].map(([path, file]) => classText(path, file));
  return [`    <package${head}>`, '      <classes>', ...classes, '      </classes>', '    </package>'].join(
    '\n',
  );
}

function classText(path: string, file: FileCoverage): string {
  const rates = ratesOf(new Map([[path, file]]));
  const head = xmlAttributes({ name: posix.basename(path), filename: path, ...rates, complexity: 0 });
  const methods = [...file.functions].map(([name, { line, hits }]) => {
    const rate = hits > 0 ? '1' : '0';
    const about = xmlAttributes({
      name,
      signature: '()V',
      'line-rate': rate,
      'branch-rate': rate,
      complexity: 0,
    });
    return `            <method${about}><lines><line${xmlAttributes({ number: line, hits })}/></lines></method>`;
  });
  const branches = Map.groupBy(file.branches, ([key]) => Number.parseInt(key, 10));
  const lines = [...file.lines].map(([line, hits]) => {
    const taken = (branches.get(line) ?? []).map(([, count]) => count ?? 0);
    return `            <line${xmlAttributes({ number: line, hits, ...conditionOf(taken) })}/>`;
  });
  return [
    `        <class${head}>`,
    '          <methods>',
    ...methods,
    '          </methods>',
    '          <lines>',
    ...lines,
    '          </lines>',
    '        </class>',
  ].join('\n');
}

function conditionOf(taken: readonly number[]): Record<string, string> {
  if (taken.length === 0) return {};
  const covered = taken.filter((count) => count > 0).length;
  const percent = Math.floor((covered * 100) / taken.length);
  return { branch: 'true', 'condition-coverage': `${percent}% (${covered}/${taken.length})` };
}

function ratesOf(coverage: Coverage): Record<string, string> {
  const { lines, branches } = coverageTotals(coverage);
  return { 'line-rate': rate(lines), 'branch-rate': rate(branches) };
}

function rate({ covered, total }: Ratio): string {
  return total === 0 ? '1' : String(Math.floor((covered * 10_000) / total) / 10_000);
}
