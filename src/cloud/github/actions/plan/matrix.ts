import type { Json } from '../../../../util/json.ts';
import type { JsonObject } from '../model/source.ts';

/** More cells make the job fail. docs: workflow limits. */
export const MATRIX_CELLS_MAX = 256;

/**
 * The cells of a matrix that was evaluated: the product of its axes in their order, without what `exclude` takes out,
 * with what `include` adds. Throws an Error in GitHub's words. docs: running-variations-of-jobs-in-a-workflow.
 */
export function matrixCells(matrix: Json): readonly JsonObject[] {
  if (!isObject(matrix)) throw new Error('A matrix must be a mapping of axes to lists of values');
  const { include = [], exclude = [], ...axes } = matrix;
  const kept = product(axes).filter(
    (cell) => !objectsOf(exclude, 'exclude').some((taken) => isPartOf(taken, cell)),
  );
  const cells = included(kept, objectsOf(include, 'include'), Object.keys(axes));
  if (cells.length > MATRIX_CELLS_MAX) {
    throw new Error(`The matrix has ${cells.length} jobs; at most ${MATRIX_CELLS_MAX} are possible`);
  }
  if (cells.length === 0) throw new Error('Matrix must define at least one vector');
  return cells;
}

function product(axes: JsonObject): readonly JsonObject[] {
  const names = Object.entries(axes);
  if (names.length === 0) return [];
  let cells: JsonObject[] = [{}];
  for (const [name, values] of names) {
    if (!Array.isArray(values)) throw new Error(`Matrix vector '${name}' is not a list`);
    if (values.length === 0) throw new Error(`Matrix vector '${name}' does not contain any values`);
    if (cells.length * values.length > MATRIX_CELLS_MAX * MATRIX_CELLS_MAX) {
      throw new Error(`The matrix has more than ${MATRIX_CELLS_MAX} jobs`);
    }
    cells = cells.flatMap((cell) => values.map((value: Json) => ({ ...cell, [name]: value })));
  }
  return cells;
}

/**
 * Each entry is added to all original cells whose own values it does not overwrite; one that fits none becomes a cell
 * of its own, to which no later entry is added.
 */
function included(
  originals: readonly JsonObject[],
  entries: readonly JsonObject[],
  axes: readonly string[],
): readonly JsonObject[] {
  const cells = [...originals];
  const own: JsonObject[] = [];
  for (const entry of entries) {
    const fixed = Object.fromEntries(Object.entries(entry).filter(([name]) => axes.includes(name)));
    let fits = false;
    for (const [at, cell] of cells.entries()) {
      if (!isPartOf(fixed, cell)) continue;
      fits = true;
      cells[at] = { ...cell, ...entry };
    }
    if (!fits) own.push(entry);
  }
  return [...cells, ...own];
}

function isPartOf(part: JsonObject, cell: JsonObject): boolean {
  return Object.entries(part).every(([name, value]) => name in cell && isSame(value, cell[name] ?? null));
}

function isSame(a: Json, b: Json): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    const [left, right] = [a, b] as readonly (readonly Json[])[];
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      (left ?? []).every((item, at) => isSame(item, right?.[at] ?? null))
    );
  }
  if (isObject(a) && isObject(b)) {
    return Object.keys(a).length === Object.keys(b).length && isPartOf(a, b);
  }
  return a === b;
}

function objectsOf(list: Json, name: string): readonly JsonObject[] {
  if (!Array.isArray(list) || !list.every((item: Json) => isObject(item))) {
    throw new Error(`${name} of a matrix must be a list of mappings`);
  }
  return list;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
