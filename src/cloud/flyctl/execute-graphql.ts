import { parseGraphql, valueOf } from './graphql-document.ts';
import type { GraphqlDocument, Operation, Selection } from './graphql-document.ts';

/** The arguments of a field. */
export type FieldArguments = Readonly<Record<string, unknown>>;

/** What may be asked of a thing: a value, or how to find it out from the arguments of the field. */
export interface GraphqlObject {
  readonly [field: string]: unknown;
}

/** What the platform answers instead of a value: shown in `errors`, and the field is null. */
export class GraphqlFieldError extends Error {
  override readonly name: string = 'GraphqlFieldError';
  /** `NOT_FOUND`, `UNAUTHORIZED`, … in `extensions.code`. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** An argument that is a text; empty when it is none. */
export function textOf(args: FieldArguments, name: string): string {
  const value = args[name];
  return typeof value === 'string' ? value : '';
}

/** A request as it comes: `operationName` only of tools that generate their code. */
export interface GraphqlRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** The answer, with status 200 whatever happened. */
export interface GraphqlAnswer {
  readonly data?: Record<string, unknown>;
  readonly errors?: readonly object[];
}

interface Run {
  readonly document: GraphqlDocument;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly errors: object[];
}

/**
 * Answers a query from the object that stands at its root (GraphQL October 2021, section 6, without types): functions
 * are asked with the field's arguments, the rest is taken as it is. A field that an object does not have is an error.
 */
export async function executeGraphql(root: GraphqlObject, request: GraphqlRequest): Promise<GraphqlAnswer> {
  const run: Run = {
    document: parseGraphql(request.query),
    variables: {},
    errors: [],
  };
  const operation = operationOf(run.document, request.operationName ?? null);
  if (operation === null) return failed('no such operation');
  if (operation.type !== 'query') return failed(`the local cloud takes no ${operation.type}`);
  const variables = { ...operation.defaults, ...request.variables };
  const data = await objectOf(root, operation.selections, { ...run, variables }, []);
  return run.errors.length === 0 ? { data } : { data, errors: run.errors };
}

function operationOf({ operations }: GraphqlDocument, name: string | null): Operation | null {
  return operations.find((one) => name === null || name === '' || one.name === name) ?? null;
}

function failed(message: string): GraphqlAnswer {
  return { errors: [{ message }] };
}

async function objectOf(
  object: GraphqlObject,
  selections: readonly Selection[],
  run: Run,
  path: readonly (string | number)[],
): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const selection of selections) {
    if (selection.kind === 'field') {
      const at = [...path, selection.alias];
      result[selection.alias] = await fieldOf(object, selection, run, at);
    } else {
      const inner =
        selection.kind === 'inline'
          ? selection.selections
          : (run.document.fragments.get(selection.name) ?? []);
      Object.assign(result, await objectOf(object, inner, run, path));
    }
  }
  return result;
}

async function fieldOf(
  object: GraphqlObject,
  selection: Selection & { readonly kind: 'field' },
  run: Run,
  path: readonly (string | number)[],
): Promise<unknown> {
  const { name, args } = selection;
  try {
    if (!Object.hasOwn(object, name))
      throw new GraphqlFieldError(`Field '${name}' doesn't exist here`, 'undefinedField');
    const given = Object.fromEntries(
      Object.entries(args).map(([key, value]) => [key, valueOf(value, run.variables)]),
    );
    const found: unknown = object[name];
    const value: unknown =
      typeof found === 'function' ? await (found as (args: FieldArguments) => unknown)(given) : found;
    return await selected(value, selection.selections, run, path);
  } catch (error) {
    if (!(error instanceof GraphqlFieldError)) throw error;
    run.errors.push({ message: error.message, path, extensions: { code: error.code } });
    return null;
  }
}

async function selected(
  value: unknown,
  selections: readonly Selection[] | null,
  run: Run,
  path: readonly (string | number)[],
): Promise<unknown> {
  if (value === null || value === undefined) return null;
  if (selections === null) return value;
  if (Array.isArray(value))
    return Promise.all(value.map((item, index) => selected(item, selections, run, [...path, index])));
  return objectOf(value as GraphqlObject, selections, run, path);
}
