/** One `::name key=value,…::data` that a step printed (workflow commands). */
export interface WorkflowCommand {
  /** In lower case. */
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** Reads a line that a step printed; null when it is no workflow command. White space before it is allowed. */
export function parseWorkflowCommand(line: string): WorkflowCommand | null {
  const match = /^\s*::(?<name>[^\s:]+)(?:\s+(?<properties>.*?))?::(?<data>.*)$/su.exec(line);
  if (match?.groups === undefined) return null;
  const { name = '', properties = '', data = '' } = match.groups;
  return {
    name: name.toLowerCase(),
    properties: Object.fromEntries(
      properties
        .split(',')
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
