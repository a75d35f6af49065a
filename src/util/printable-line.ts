/** Colours and the like: they change how the text after them looks, and nothing else. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const STYLE = /^\u001B\[[\d;:]*m$/u;
/**
 * What a terminal acts upon (ECMA-48): CSI and OSC sequences, other escapes, and control characters but the tab. An OSC
 * that is not ended within the line takes the rest of it.
 */
const CONTROL =
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  /\u001B\[[0-?]*[ -/]*[@-~]|\u009B[0-?]*[ -/]*[@-~]|\u001B[\]PX^_][^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C|$)|\u001B[ -/]*[0-~]|\u001B|[\u0000-\u0008\u000A-\u001F\u007F-\u009F]/gu;

/**
 * A line of a program's output as a terminal may have it: in its colours, and without whatever else a terminal would act
 * upon, such as moving the cursor, clearing the screen or setting its title.
 */
export function printableLine(line: string): string {
  return line.replaceAll(CONTROL, (control) => (STYLE.test(control) ? control : ''));
}
