/** YAML as data: plain values, lists, and maps whose keys stand in their order. A key with `undefined` is left out. */
export type Yaml = string | number | boolean | null | readonly Yaml[] | YamlMap | NotedYaml;

/** A map. `null` as a value is written as nothing: `pull_request:`. */
export interface YamlMap {
  readonly [key: string]: Yaml | undefined;
}

const NOTED: unique symbol = Symbol('noted');

/** A value with what people read beside it. */
export interface NotedYaml {
  readonly [NOTED]: true;
  readonly value: Yaml;
  /** Lines of a comment above it. */
  readonly above: readonly string[];
  /** A comment at the end of its line. */
  readonly beside: string | null;
  /** An empty line before it. */
  readonly isApart: boolean;
}

/** A value with comments: `above` its line or `beside` it, and with an empty line before it where it `isApart`. */
export function noted(
  value: Yaml,
  notes: {
    readonly above?: string | readonly string[];
    readonly beside?: string;
    readonly isApart?: boolean;
  },
): NotedYaml {
  const { above, beside, isApart } = notes;
  return {
    [NOTED]: true,
    value: isNoted(value) ? value.value : value,
    above: above === undefined ? [] : typeof above === 'string' ? [above] : above,
    beside: beside ?? null,
    isApart: isApart ?? false,
  };
}

/** Whether a value comes with comments. */
export function isNoted(value: Yaml): value is NotedYaml {
  return typeof value === 'object' && value !== null && NOTED in value;
}
