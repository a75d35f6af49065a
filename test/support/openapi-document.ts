import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';

type Schema = Record<string, unknown>;

/** One operation of a document. */
interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content?: Record<string, { readonly schema: Schema }> };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Schema }> }>;
}

/** One request and its answer. */
export interface Exchange {
  readonly method: string;
  /** With the query, without the version in front. */
  readonly path: string;
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseBody: unknown;
}

const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'patch']);

/** A document of an API, with every reference to parameters and answers followed. */
export interface OpenApi {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

/** A platform's published API document, as a judge of exchanges. */
export class OpenApiDocument {
  readonly #paths: Record<string, Record<string, Operation>>;
  readonly #ajv: Ajv;
  readonly #error: Schema;
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #templates: readonly { readonly path: string; readonly pattern: RegExp }[];

  /**
   * `error`: the schema of the body of every refusal, by name. `formats`: what texts of a format look like; those of a
   * format that is not named may be anything. `wide`: names of parameters in paths that may hold slashes.
   */
  constructor(
    document: OpenApi,
    error: string,
    formats: Readonly<Record<string, RegExp>> = {},
    wide: readonly string[] = [],
  ) {
    this.#paths = document.paths;
    this.#error = { $ref: `#/components/schemas/${error}` };
    const validateFormats = Object.keys(formats).length > 0;
    this.#ajv = new Ajv({ strict: false, allErrors: true, validateFormats, logger: false });
    for (const [name, format] of Object.entries(formats)) this.#ajv.addFormat(name, format);
    // The more is literal the earlier: `/x/acme` is not `/x/{name}`.
    this.#templates = Object.keys(document.paths)
      .toSorted((a, b) => a.split('{').length - b.split('{').length || b.length - a.length)
      .map((path) => ({ path, pattern: pattern(path, wide) }));
    // Schemas stand among the operations, too.
    for (const schema of [...Object.values(document.components.schemas), document.paths]) close(schema);
    this.#ajv.addSchema({ components: document.components }, 'api');
  }

  /** Every operation: its method, and its path without the version in front, with `{…}` for what varies. */
  operations(): readonly { readonly method: string; readonly path: string; readonly takesBody: boolean }[] {
    return Object.entries(this.#paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([key]) => METHODS.has(key))
        .map(([key, { requestBody }]) => ({
          method: key.toUpperCase(),
          path,
          takesBody: requestBody !== undefined,
        })),
    );
  }

  /** Every way in which an exchange differs from the document, one short text each. */
  differences(exchange: Exchange): string[] {
    const url = new URL(exchange.path, 'http://api');
    const template = this.#templates.find((one) => one.pattern.test(url.pathname))?.path;
    const operation = this.#paths[template ?? '']?.[exchange.method.toLowerCase()];
    const isRefused = exchange.status >= 400;
    if (template === undefined || operation === undefined)
      return isRefused
        ? this.#invalid(this.#error, exchange.responseBody).map(
            (one) => `${exchange.method} ${url.pathname} ${one}`,
          )
        : [`${exchange.method} ${url.pathname}: no such route`];
    const where = `${exchange.method} ${template}`;
    const request = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
    const asked = [
      ...unknownParameters(operation, url).map((name) => `${where} query ${name}: unknown`),
      ...this.#invalid(request, exchange.requestBody ?? undefined).map(
        (problem) => `${where} request ${problem}`,
      ),
    ];
    return [
      // What was refused may well have been wrong.
      ...(isRefused ? [] : asked),
      ...this.#answer(operation, exchange).map((problem) => `${where} ${exchange.status} ${problem}`),
    ];
  }

  #validatorOf(schema: Schema): ValidateFunction {
    const key = JSON.stringify(schema);
    const known = this.#validators.get(key) ?? this.#ajv.compile(absolute(schema));
    this.#validators.set(key, known);
    return known;
  }

  #answer(operation: Operation, { status, responseBody }: Exchange): string[] {
    const response = operation.responses[String(status)];
    // The document leaves most errors out: their body must then be the general one.
    if (response === undefined && status >= 400) return this.#invalid(this.#error, responseBody);
    if (response === undefined) return ['status unknown'];
    const schema = Object.values(response.content ?? {})[0]?.schema;
    if (schema === undefined) return responseBody === null ? [] : ['body undocumented'];
    return this.#invalid(schema, responseBody);
  }

  #invalid(schema: Schema | undefined, value: unknown): string[] {
    if (value === undefined) return [];
    if (schema === undefined) return ['body undocumented'];
    const validate = this.#validatorOf(schema);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => {
      const name = error.params['additionalProperty'] as string | undefined;
      const at = `${error.instancePath}${name === undefined ? '' : `/${name}`}`.replaceAll(
        /\/\d+(?=\/|$)/g,
        '/*',
      );
      return `${at || '/'}: ${name === undefined ? (error.message ?? error.keyword) : 'unknown field'}`;
    });
  }
}

/** Lets no object have fields that the document does not name. */
function close(schema: unknown): void {
  if (typeof schema !== 'object' || schema === null) return;
  const object = schema as Schema;
  if (object['properties'] !== undefined && object['additionalProperties'] === undefined)
    object['additionalProperties'] = false;
  for (const value of Object.values(object)) close(value);
}

function absolute(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')) as Schema;
}

function pattern(path: string, wide: readonly string[]): RegExp {
  const part = (name: string): string => (wide.includes(name) ? '.+' : '[^/]+');
  return new RegExp(`^${path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => part(name))}$`);
}

function unknownParameters(operation: Operation, url: URL): string[] {
  const known = new Set(operation.parameters?.filter((one) => one.in === 'query').map((one) => one.name));
  return [...new Set(url.searchParams.keys())].filter((name) => !known.has(name));
}
