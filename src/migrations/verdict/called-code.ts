import type { FuncCall, Node } from 'libpg-query';
import { listName, strings, type SqlName } from '../lint/parse/names.ts';
import { bareName, type Catalog, type CatalogObject } from './catalog.ts';
import type { MigrationNames } from './migration-names.ts';

/** What calls in statements may run. */
export interface CalledCode {
  /** Whether a call can change nothing that was there before. */
  isHarmless(call: FuncCall): boolean;
  /** Whether an operator may be somebody's own function. */
  isOwnOperator(symbol: string): boolean;
}

/**
 * Only functions of Postgres and of its extensions are known, as far as they cannot write; and those that set a number of a
 * sequence, where that is new. A function of anybody's own is not, whatever it says of itself.
 */
export function calledCode(
  nodes: readonly Node[],
  catalogs: readonly [before: Catalog, after: Catalog],
  names: MigrationNames,
): CalledCode {
  const own = catalogs.flatMap(({ objects }) => objects.filter(({ facts }) => facts.isOfExtension !== true));
  const made = nodes.flatMap(madeHere);
  const ownFunctions = new Set([
    ...own.filter(({ kind }) => kind === 'function').map(functionName),
    ...made.filter(({ isOperator }) => !isOperator).map(({ name }) => name),
  ]);
  const ownOperators = new Set([
    ...own.filter(({ kind }) => kind === 'operator').map(operatorSymbol),
    ...made.filter(({ isOperator }) => isOperator).map(({ name }) => name),
  ]);
  const known = new Set(catalogs.flatMap(({ harmless }) => harmless));
  return {
    isHarmless(call) {
      const { schema, name } = listName(call.funcname);
      const isServers = schema === 'pg_catalog' || (schema === null && !ownFunctions.has(name));
      if (isServers && SETS_SEQUENCE.has(name)) return isOfFreshSequence(call, names);
      // An extension may be in any schema.
      return known.has(name) && (isServers || !ownFunctions.has(name));
    },
    isOwnOperator: (symbol) => ownOperators.has(symbol),
  };
}

interface MadeHere {
  readonly name: string;
  readonly isOperator: boolean;
}

function madeHere(node: Node): readonly MadeHere[] {
  if ('CreateFunctionStmt' in node)
    return [{ name: listName(node.CreateFunctionStmt.funcname).name, isOperator: false }];
  if ('DefineStmt' in node)
    return [
      {
        name: listName(node.DefineStmt.defnames).name,
        isOperator: node.DefineStmt.kind === 'OBJECT_OPERATOR',
      },
    ];
  if ('RenameStmt' in node) return [{ name: node.RenameStmt.newname ?? '', isOperator: false }];
  return [];
}

/** `public.total(integer)` → `total` */
function functionName({ name }: CatalogObject): string {
  return bareName(name.replace(/\(.*$/s, ''));
}

/** `public.<<< public.<<<(integer,integer)` → `<<<` */
function operatorSymbol({ name }: CatalogObject): string {
  return (name.split(' ')[0] ?? '').replace(/^[^.]*\./, '');
}

const SETS_SEQUENCE: ReadonlySet<string> = new Set(['setval', 'nextval']);

/** `setval('plans_id_seq', 10)`, `setval(pg_get_serial_sequence('plans', 'id'), 10)` */
function isOfFreshSequence({ args = [] }: FuncCall, names: MigrationNames): boolean {
  const of = args[0] === undefined ? null : withoutCast(args[0]);
  if (of === null) return false;
  if ('FuncCall' in of) {
    const [table] = of.FuncCall.args ?? [];
    const name = table === undefined ? null : namedBy(table);
    return (
      strings(of.FuncCall.funcname).at(-1) === 'pg_get_serial_sequence' &&
      name !== null &&
      names.isFreshTable(name)
    );
  }
  const name = namedBy(of);
  return name !== null && names.isFreshSequence(name);
}

function withoutCast(node: Node): Node {
  return 'TypeCast' in node && node.TypeCast.arg !== undefined ? withoutCast(node.TypeCast.arg) : node;
}

/** `'shop."Plans"'` */
function namedBy(node: Node): SqlName | null {
  const value = withoutCast(node);
  const text = 'A_Const' in value ? value.A_Const.sval?.sval : undefined;
  if (text === undefined) return null;
  const parts = [...text.matchAll(/"((?:[^"]|"")+)"|([^".]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? (plain ?? '').trim().toLowerCase(),
  );
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' };
}
