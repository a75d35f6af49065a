import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { Span } from './source-file.ts';

/** A single value, with where it stands. */
export interface YamlScalar extends Span {
  readonly kind: 'scalar';
  readonly value: unknown;
  /** The value as text; empty for null. */
  readonly text: string;
  /** As written in the file: with its quotes, or the header and the indentation of a block. */
  readonly source: string;
  /** `|` or `>`. */
  readonly isBlock: boolean;
}

/** A mapping. */
export interface YamlMap extends Span {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
}

/** A sequence. */
export interface YamlList extends Span {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

/** One key with its value. */
export interface YamlEntry {
  readonly key: string;
  readonly at: Span;
  readonly value: YamlNode;
}

/** Anything in a YAML file. What an alias stands for is given in its place, with its own position. */
export type YamlNode = YamlScalar | YamlMap | YamlList;

/** A place where the text is no YAML. */
export interface YamlMistake extends Span {
  readonly message: string;
}

/** What a text holds; no root where it is empty or no YAML at all. */
export interface YamlTree {
  readonly root: YamlNode | null;
  readonly mistakes: readonly YamlMistake[];
}

/** Deeper than any workflow; an anchor that contains itself ends here. */
const DEPTH_MAX = 40;

/** Reads YAML 1.2, in which `on` is a word and no truth value. Never throws for what a text holds. */
export function readYaml(text: string): YamlTree {
  const document = parseDocument(text, { lineCounter: new LineCounter(), prettyErrors: false });
  const mistakes = document.errors.map(({ message, pos: [start, end] }) => ({ message, start, end }));
  const { contents } = document as { contents: unknown };
  return { root: contents === null ? null : nodeOf(contents, { document, text }, 0), mistakes };
}

interface Source {
  readonly document: Document;
  readonly text: string;
}

function nodeOf(node: unknown, source: Source, depth: number): YamlNode {
  if (isAlias(node) && depth < DEPTH_MAX) return nodeOf(node.resolve(source.document), source, depth + 1);
  if (isMap(node) && depth < DEPTH_MAX) {
    const entries = node.items.filter(isPair).map(({ key, value }) => entryOf(key, value, source, depth + 1));
    return { kind: 'map', entries, ...spanOf(node, 0) };
  }
  if (isSeq(node) && depth < DEPTH_MAX) {
    return {
      kind: 'list',
      items: node.items.map((item) => nodeOf(item, source, depth + 1)),
      ...spanOf(node, 0),
    };
  }
  return scalarOf(node, source, 0);
}

function entryOf(key: unknown, value: unknown, source: Source, depth: number): YamlEntry {
  const at = spanOf(key, 0);
  const node = value === null ? scalarOf(null, source, at.end) : nodeOf(value, source, depth);
  return { key: isScalar(key) ? textOf(key.value) : '', at, value: node };
}

function scalarOf(node: unknown, { text }: Source, fallback: number): YamlScalar {
  const span = spanOf(node, fallback);
  const value = isScalar(node) ? node.value : null;
  const isBlock = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
  return {
    kind: 'scalar',
    value,
    text: textOf(value),
    source: text.slice(span.start, span.end),
    isBlock,
    ...span,
  };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : '';
}

function spanOf(node: unknown, fallback: number): Span {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  const [start = fallback, end = start] = range ?? [];
  return { start, end };
}
