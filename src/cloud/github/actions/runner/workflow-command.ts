/** One `::name key=value,…::data`, or in the old form `##[name key=value;…]data`, that a step printed. */
export interface WorkflowCommand {
  /** In lower case. */
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const NOW = /^\s*::(?<name>[^\s:]+)(?:\s+(?<properties>.*?))?::(?<data>.*)$/su;
/** It may begin anywhere in the line (actions/runner ActionCommand.TryParse). */
const OLD = /##\[(?<name>[^\s\]]+)(?:\s+(?<properties>[^\]]*))?\](?<data>.*)$/su;

/** Reads a line that a step printed; null when it is no workflow command. White space before it is allowed. */
export function parseWorkflowCommand(line: string): WorkflowCommand | null {
  const match = NOW.exec(line);
  const { name = '', properties = '', data = '' } = (match ?? OLD.exec(line))?.groups ?? {};
  if (name === '') return null;
  return {
    name: name.toLowerCase(),
    properties: Object.fromEntries(
      properties
        .split(match === null ? ';' : ',')
        .map((pair) => pair.trim())
        .filter((pair) => pair.includes('='))
        .map((pair) => {
          const at = pair.indexOf('=');
          return [pair.slice(0, at).trim(), unescapeProperty(pair.slice(at + 1))];
        })
        .filter(([, value]) => value !== ''),
    ),
    data: unescapeData(data),
  };
}

function unescapeData(text: string): string {
  return text.replace(/%0D/gu, '\r').replace(/%0A/gu, '\n').replace(/%25/gu, '%');
}

function unescapeProperty(text: string): string {
  return unescapeData(text.replace(/%3A/gu, ':').replace(/%2C/gu, ','));
}
