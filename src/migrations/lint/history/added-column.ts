import type { ColumnDef, Constraint, Node } from 'libpg-query';
import { isNull, volatileFunction } from '../parse/expressions.ts';
import { sayType, toSqlType } from '../parse/sql-type.ts';
import { keyOf } from './schema-history.ts';
import type { SchemaHistory } from './schema-history.ts';

/** Why every row of the table must be written anew for a column that is added. */
export interface RewriteReason {
  readonly kind:
    | 'volatile-default'
    | 'domain-default'
    | 'constant-default'
    | 'serial'
    | 'identity'
    | 'stored'
    | 'constrained-domain';
  /** The function, type or domain, as one says it. */
  readonly what: string;
}

/** What a definition of a column comes to. */
export interface AddedColumn {
  readonly name: string;
  readonly constraints: readonly Constraint[];
  readonly defaultValue: Node | null;
  readonly isNotNull: boolean;
  /** Null: none is written anew. */
  readonly rewrite: RewriteReason | null;
  /** It must have a value and gets none: fails on a table with rows. */
  readonly isRequired: boolean;
}

/** What adding the column would do to a table with rows, by server version. */
export function describeColumn(
  definition: ColumnDef,
  history: SchemaHistory,
  postgresVersion: number,
): AddedColumn {
  const constraints = (definition.constraints ?? []).flatMap((node) =>
    'Constraint' in node ? [node.Constraint] : [],
  );
  const has = (type: Constraint['contype']) => constraints.some(({ contype }) => contype === type);
  const expression = constraints.find(({ contype }) => contype === 'CONSTR_DEFAULT')?.raw_expr;
  const defaultValue = expression === undefined || isNull(expression) ? null : expression;
  const hasValue =
    defaultValue !== null || isSerial(definition) || has('CONSTR_IDENTITY') || has('CONSTR_GENERATED');
  const isNotNull =
    has('CONSTR_NOTNULL') || has('CONSTR_PRIMARY') || has('CONSTR_IDENTITY') || isSerial(definition);
  return {
    name: definition.colname ?? '',
    constraints,
    defaultValue,
    isNotNull,
    rewrite: rewriteReason({ definition, constraints, defaultValue }, history, postgresVersion),
    isRequired: isNotNull && !hasValue,
  };
}

/** Whether the rows that are there get a value with the column. */
export function isFilled({ defaultValue, rewrite }: AddedColumn): boolean {
  return defaultValue !== null || rewrite !== null;
}

const SERIALS: ReadonlySet<string> = new Set([
  'serial',
  'serial2',
  'serial4',
  'serial8',
  'bigserial',
  'smallserial',
]);

function isSerial({ typeName }: ColumnDef): boolean {
  const type = toSqlType(typeName);
  return type !== null && type.schema === null && SERIALS.has(type.name);
}

interface ColumnParts {
  readonly definition: ColumnDef;
  readonly constraints: readonly Constraint[];
  readonly defaultValue: Node | null;
}

/** ALTER TABLE, Notes: a non-volatile default is kept once since 11; virtual columns are of 18. */
function rewriteReason(
  { definition, constraints, defaultValue }: ColumnParts,
  history: SchemaHistory,
  postgresVersion: number,
): RewriteReason | null {
  const type = toSqlType(definition.typeName);
  const typeName = type === null ? '' : sayType(type);
  if (isSerial(definition)) return { kind: 'serial', what: typeName };
  if (constraints.some(({ contype }) => contype === 'CONSTR_IDENTITY')) {
    return { kind: 'identity', what: 'an identity column' };
  }
  const generated = constraints.find(({ contype }) => contype === 'CONSTR_GENERATED');
  if (generated !== undefined) {
    return generated.generated_kind === 'v' ? null : { kind: 'stored', what: 'a stored generated column' };
  }
  const domain = type === null ? undefined : history.types.get(keyOf(history, type));
  if (domain?.kind === 'domain' && domain.isConstrained)
    return { kind: 'constrained-domain', what: typeName };
  const isBare = !constraints.some(({ contype }) => contype === 'CONSTR_DEFAULT');
  if (isBare && domain?.defaultValue != null) {
    const drawn = volatileFunction(domain.defaultValue, history);
    if (drawn !== null) return { kind: 'domain-default', what: `${drawn}() of ${typeName}` };
  }
  if (defaultValue === null) return null;
  const called = volatileFunction(defaultValue, history);
  if (called !== null) return { kind: 'volatile-default', what: `${called}()` };
  return postgresVersion < 11 ? { kind: 'constant-default', what: 'a default' } : null;
}
