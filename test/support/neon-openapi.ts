import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { OpenApiDocument } from './openapi-document.ts';
import type { OpenApi } from './openapi-document.ts';

// Read where it is installed: the document is not ours to keep a copy of.
const CLIENT = '../../node_modules/@neondatabase/api-client/public-v2-for-users.gen.yaml';
const DOCUMENT = join(import.meta.dirname, CLIENT);

const FORMATS = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  uuid: /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i,
  email: /^[^@\s]+@[^@\s]+$/,
};

type Node = Record<string, unknown>;

/** Neon's published API document, as a judge of exchanges. */
export class NeonDocument extends OpenApiDocument {
  constructor() {
    super(
      plain(parse(readFileSync(DOCUMENT, 'utf8')) as Node) as unknown as OpenApi,
      'GeneralError',
      FORMATS,
    );
  }
}

/** With references to answers and parameters followed, and `allOf` put together, so that unknown fields can be found. */
function plain(document: Node): Node {
  const at = (ref: string): unknown =>
    ref
      .slice(2)
      .split('/')
      .reduce<unknown>((node, key) => (node as Node)[key], document);
  const follow = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(follow);
    if (typeof node !== 'object' || node === null) return node;
    const { $ref, allOf } = node as { readonly $ref?: string; readonly allOf?: readonly Node[] };
    if (typeof $ref === 'string' && !$ref.startsWith('#/components/schemas/')) return follow(at($ref));
    // Keywords beside a reference have no meaning in this version of OpenAPI.
    if (typeof $ref === 'string') return { $ref };
    if (Array.isArray(allOf) && (node as Node)['type'] !== 'string') return together(allOf.map(resolved));
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, follow(value)]));
  };
  const resolved = (part: Node): Node =>
    typeof part['$ref'] === 'string' ? (follow(at(part['$ref'])) as Node) : (follow(part) as Node);
  return follow(document) as Node;
}

function together(parts: readonly Node[]): Node {
  return {
    type: 'object',
    required: parts.flatMap((part) => (part['required'] as string[] | undefined) ?? []),
    properties: Object.assign({}, ...parts.map((part) => part['properties'])) as Node,
  };
}
