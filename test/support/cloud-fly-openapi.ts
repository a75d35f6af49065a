import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';

const SPECS =
  process.env['GLIDEPATH_SPECS'] ?? resolve(dirname(fileURLToPath(import.meta.url)), '../../../shared/specs');
const DOCUMENT = join(SPECS, 'fly-machines.openapi.json');

type Schema = Record<string, unknown>;

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content?: Record<string, { readonly schema: Schema }> };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Schema }> }>;
}

/** The body of every refusal. */
const ERROR: Schema = { $ref: '#/components/schemas/ErrorResponse' };

/** One request and its answer. */
export interface Exchange {
  readonly method: string;
  /** With the query, without the `/v1` in front. */
  readonly path: string;
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseBody: unknown;
}

const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'patch']);

/** Whether the platform's document is there to test against. */
export const HAS_FLY_DOCUMENT: boolean = existsSync(DOCUMENT);

/** The platform's published API document, as a judge of exchanges. */
export class FlyDocument {
  readonly #paths: Record<string, Record<string, Operation>>;
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #templates: readonly { readonly path: string; readonly pattern: RegExp }[];

  constructor() {
    const document = JSON.parse(readFileSync(DOCUMENT, 'utf8')) as {
      paths: Record<string, Record<string, Operation>>;
      components: { schemas: Record<string, Schema> };
    };
    this.#paths = document.paths;
    // The more is literal the earlier: `/x/acme` is not `/x/{name}`.
    this.#templates = Object.keys(document.paths)
      .toSorted((a, b) => a.split('{').length - b.split('{').length)
      .map((path) => ({ path, pattern: pattern(path) }));
    for (const schema of Object.values(document.components.schemas)) close(schema);
    this.#ajv.addSchema({ components: document.components }, 'fly');
  }

  /** Every operation: its method, and its path without the `/v1` in front, with `{…}` for what varies. */
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
    const url = new URL(exchange.path, 'http://fly');
    const template = this.#templates.find((one) => one.pattern.test(url.pathname))?.path;
    const operation = this.#paths[template ?? '']?.[exchange.method.toLowerCase()];
    const isRefused = exchange.status >= 400;
    if (template === undefined || operation === undefined)
      return isRefused
        ? this.#invalid(ERROR, exchange.responseBody).map(
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
    if (response === undefined && status >= 400) return this.#invalid(ERROR, responseBody);
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
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"fly#/components/')) as Schema;
}

function pattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
}

function unknownParameters(operation: Operation, url: URL): string[] {
  const known = new Set(operation.parameters?.filter((one) => one.in === 'query').map((one) => one.name));
  return [...new Set(url.searchParams.keys())].filter((name) => !known.has(name));
}
