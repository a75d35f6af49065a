/**
 * What a module can find out besides what it is given: the time, chance, the machine, files. A word in a comment counts
 * as well: that only costs time.
 */
const OUTSIDE = new RegExp(
  [
    String.raw`\b(Date|Temporal|Intl|performance|crypto|fetch|navigator|globalThis|global|eval|Function|require|await|WebAssembly|Proxy|Reflect)\b`,
    String.raw`\b(setTimeout|setInterval|setImmediate|queueMicrotask|toLocale\w*|localeCompare|getBuiltinModule)\b`,
    String.raw`\bMath\b(?!\s*\.\s*(max|min|floor|ceil|round|trunc|abs)\b)`,
    String.raw`\bprocess\b(?!\s*\.\s*env\b)`,
    String.raw`\bimport\s*(\(|\.)`,
    // Letters of a name can be written as numbers.
    String.raw`\\u`,
  ].join('|'),
);

/** Whether a module gives the same each time, as long as its own text, its imports and the variables it reads are the same. */
export function isPlainSource(text: string): boolean {
  return !OUTSIDE.test(text);
}
