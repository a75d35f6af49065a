import { readFileSync } from 'node:fs';
import { OpenApiDocument } from './openapi-document.ts';
import type { Exchange, OpenApi } from './openapi-document.ts';

/**
 * `api.github.com.json` of the package `@octokit/openapi`, which is too large to be installed: `.ci/run` fetches it, and
 * points here to it.
 */
const DOCUMENT = process.env['GLIDEPATH_GITHUB_OPENAPI'];

/** Whether there is a document to hold the local GitHub against. */
export const HAS_GITHUB_DOCUMENT: boolean = DOCUMENT !== undefined && DOCUMENT !== '';

const FORMATS = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  // Where there is none GitHub says so by an empty text.
  uri: /^(?:https?:\/\/|$)/,
};

type Node = Record<string, unknown>;

/** GitHub's published API document, as a judge of exchanges. */
export class GithubDocument extends OpenApiDocument {
  constructor() {
    super(
      plain(JSON.parse(readFileSync(DOCUMENT ?? '', 'utf8')) as Node) as unknown as OpenApi,
      'any-error',
      FORMATS,
      ['ref', 'path', 'branch'],
    );
  }

  /** What was not modified says nothing; every refusal has one of the shapes that refusals have. */
  override differences(exchange: Exchange): string[] {
    if (exchange.status === 304) return exchange.responseBody === null ? [] : ['304 with a body'];
    return withoutBranches(super.differences(exchange));
  }
}

/** Where none of several schemas fits, only that is told, and not what each of them would have wanted. */
function withoutBranches(differences: readonly string[]): string[] {
  const choices = differences.flatMap(
    (one) => /^(.*): must match (?:exactly one|a) schema in/.exec(one)?.[1] ?? [],
  );
  return differences.filter(
    (one) =>
      one.includes(' schema in ') ||
      !choices.some((choice) => one.startsWith(`${choice}:`) || one.startsWith(`${choice}/`)),
  );
}

/** GitHub's own refusals carry `status`, and errors as texts or as objects; its document has that in three schemas. */
const ANY_ERROR = {
  type: 'object',
  required: ['message', 'documentation_url'],
  properties: {
    message: { type: 'string' },
    documentation_url: { type: 'string' },
    status: { type: 'string' },
    url: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        anyOf: [
          { type: 'string' },
          {
            type: 'object',
            required: ['code'],
            properties: Object.fromEntries(
              ['resource', 'field', 'code', 'message'].map((name) => [name, { type: 'string' }]),
            ),
          },
        ],
      },
    },
  },
};

/** With references to answers and parameters followed, and what may be null said as JSON Schema says it. */
function plain(document: Node): Node {
  const at = (ref: string): unknown =>
    ref
      .slice(2)
      .split('/')
      .reduce<unknown>((node, key) => (node as Node)[key], document);
  const follow = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(follow);
    if (typeof node !== 'object' || node === null) return node;
    const { $ref, nullable, allOf, ...rest } = node as Node;
    // All together are one object, of which unknown fields can be found.
    if (Array.isArray(allOf)) return together(allOf.map((part) => resolved(part as Node)));
    if (typeof $ref === 'string' && !$ref.startsWith('#/components/schemas/')) return follow(at($ref));
    const own =
      typeof $ref === 'string'
        ? { $ref }
        : Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, follow(value)]));
    return nullable === true ? { anyOf: [own, { type: 'null' }] } : own;
  };
  const resolved = (part: Node): Node =>
    typeof part['$ref'] === 'string' ? (follow(at(part['$ref'])) as Node) : (follow(part) as Node);
  const { paths, components } = document as { paths: Node; components: { schemas: Node } };
  const operations = follow(paths) as Record<string, Record<string, { responses?: Record<string, Node> }>>;
  // Every refusal is held against the one shape.
  for (const path of Object.values(operations))
    for (const { responses } of Object.values(path))
      for (const status of Object.keys(responses ?? {}))
        if (Number(status) >= 400) delete responses?.[status];
  return {
    paths: operations,
    components: { schemas: { ...(follow(components.schemas) as Node), 'any-error': ANY_ERROR } },
  };
}

function together(parts: readonly Node[]): Node {
  return {
    type: 'object',
    required: parts.flatMap((part) => (part['required'] as string[] | undefined) ?? []),
    properties: Object.assign({}, ...parts.map((part) => part['properties'])) as Node,
  };
}
