import type { StrategySpec } from '../model/workflow.ts';
import { booleanAt, checkExpressions, deepSource, numberAt } from './read-values.ts';
import type { At } from './reading.ts';
import { invalid, unsupported } from './reading.ts';
import { entriesOf, itemsOf, knownEntries, scalarOf, shapeOf } from './yaml-walk.ts';

/** Reads `strategy`: a matrix, fail-fast and max-parallel. */
export function readStrategy(at: At | undefined): StrategySpec | undefined {
  if (at === undefined) return undefined;
  if (isExpression(at)) {
    checkExpressions(at, String(scalarOf(at)), 'strategy');
    unsupported(at, 'An expression for the whole strategy is not carried out', 'Put it into matrix.');
    return undefined;
  }
  const entries = knownEntries(at, ['matrix', 'fail-fast', 'max-parallel']);
  const failFast = booleanAt(entries?.get('fail-fast')?.at, 'strategy');
  const maxParallel = numberAt(entries?.get('max-parallel')?.at, 'strategy');
  const matrixAt = entries?.get('matrix')?.at;
  if (matrixAt !== undefined && !isExpression(matrixAt)) checkMatrix(matrixAt);
  const matrix = matrixAt === undefined ? undefined : deepSource(matrixAt, 'strategy');
  return {
    line: at.line,
    column: at.column,
    ...(matrix === undefined ? {} : { matrix }),
    ...(failFast === undefined ? {} : { failFast }),
    ...(maxParallel === undefined ? {} : { maxParallel }),
  };
}

function checkMatrix(at: At): void {
  const entries = entriesOf(at) ?? [];
  for (const { key, at: value } of entries) {
    if (isExpression(value)) continue;
    const items = itemsOf(value) ?? [];
    if (key === 'include' || key === 'exclude') {
      for (const item of items) if (!isExpression(item)) entriesOf(item);
    } else if (shapeOf(value) === 'sequence' && items.length === 0) {
      invalid(value, `Matrix vector '${key}' does not contain any values`);
    }
  }
  if (entries.length === 0 && shapeOf(at) === 'mapping') {
    invalid(at, 'Matrix must define at least one vector');
  }
}

function isExpression(at: At): boolean {
  if (shapeOf(at) !== 'scalar') return false;
  const value = scalarOf(at);
  return typeof value === 'string' && value.includes('${{');
}
