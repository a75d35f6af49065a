import { assert } from '../../util/assert.ts';

/** Letters, digits, dashes and underscores: what `steps.<id>.outputs.<name>` can be asked for. */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/**
 * Outputs of a step as the runner reads them from `$GITHUB_OUTPUT`. `delimiter` is not to be guessed by whoever has a say
 * in a value: with it a value of several lines could not end itself and set outputs of its own. Pure.
 */
export function outputLines(outputs: Readonly<Record<string, string>>, delimiter: string): string {
  return Object.entries(outputs)
    .map(([name, value]) => {
      assert(NAME.test(name), `an output cannot be called ${name}`);
      if (!/[\r\n]/.test(value)) return `${name}=${value}\n`;
      assert(!value.includes(delimiter), 'a delimiter stands in no value');
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
    })
    .join('');
}
