import { hiddenPattern } from './hidden-forms.ts';

/** Reads secrets from the environment of this process by name, and knows every value that must never be shown. */
export interface SecretVault {
  read(name: string): string | undefined;
  /** Reads what is no secret, such as an address: it may be shown. */
  readPlain(name: string): string | undefined;
  hide(value: string): void;
  /** Puts `***` in place of every value that was read or hidden, also where XML, JSON, a URL or base64 writes it. */
  redact(text: string): string;
}

/** Shorter values are left alone: hiding `1` or `on` would make every line unreadable and protects nothing. */
const SHORTEST_HIDDEN = 6;

/**
 * A vault over one environment. Only names that are asked for are read (invariant 7). `onHidden` is told of each value
 * once, before anything can be said that has it in it.
 */
export function createVault(
  env: Readonly<Record<string, string | undefined>>,
  onHidden: (value: string) => void = () => undefined,
): SecretVault {
  const hidden = new Set<string>();
  let pattern: RegExp | null = null;
  const hide = (value: string): void => {
    if (value.length < SHORTEST_HIDDEN || hidden.has(value)) return;
    hidden.add(value);
    pattern = null;
    onHidden(value);
    // Output comes in lines: a key over several of them would never be met whole.
    if (value.includes('\n')) for (const line of value.split(/\r?\n/)) hide(line.trim());
  };
  return {
    read(name) {
      const value = env[name];
      if (value !== undefined) hide(value);
      return value;
    },
    readPlain: (name) => env[name],
    hide,
    redact(text) {
      pattern ??= hiddenPattern(hidden);
      return pattern === null ? text : text.replace(pattern, '***');
    },
  };
}
