// @ts-expect-error -- It comes without types.
import untyped from 'spdx-satisfies';

/** Whether what an SPDX expression asks for is met by a list of licences. Throws for what is no expression. */
const satisfies: (expression: string, licences: readonly string[]) => boolean = untyped;

/** What people write where an SPDX identifier belongs, in small letters. */
const MEANT: Readonly<Record<string, string>> = {
  'apache 2': 'Apache-2.0',
  'apache 2.0': 'Apache-2.0',
  'apache v2': 'Apache-2.0',
  'apache-2': 'Apache-2.0',
  apache2: 'Apache-2.0',
  'apache license 2.0': 'Apache-2.0',
  'apache license, version 2.0': 'Apache-2.0',
  'bsd-2': 'BSD-2-Clause',
  'bsd 2-clause': 'BSD-2-Clause',
  'bsd-3': 'BSD-3-Clause',
  'bsd 3-clause': 'BSD-3-Clause',
  'mit license': 'MIT',
  'mit licence': 'MIT',
  'the mit license': 'MIT',
  'mit/x11': 'MIT',
  'isc license': 'ISC',
  'mozilla public license 2.0': 'MPL-2.0',
  'mpl 2.0': 'MPL-2.0',
  unlicense: 'Unlicense',
};

/** One that a person wrote is shorter; taking apart a long one takes as long as somebody wants it to. */
const LENGTH_MAX = 300;

/** A licence as an SPDX expression: as it is, or what was meant; null for what is none. */
export function licenceExpression(said: string): string | null {
  const text = said.trim();
  const meant = MEANT[text.toLowerCase()] ?? text;
  return isExpression(meant) ? meant : null;
}

/** Whether an expression can be met with licences of a list only. */
export function isAllowed(expression: string, licences: readonly string[]): boolean {
  return satisfies(expression, licences.filter(isExpression));
}

/** Whether it is one licence, and no expression of several. */
export function isOneLicence(expression: string): boolean {
  return /^[\w.+-]+$/.test(expression);
}

function isExpression(text: string): boolean {
  if (text.length > LENGTH_MAX) return false;
  try {
    satisfies(text, []);
    return true;
  } catch {
    return false;
  }
}
