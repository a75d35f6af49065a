// oxlint-disable-next-line no-control-regex -- these are what XML forbids (XML 1.0, 2.2 Characters)
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
const SIGNS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** A text as it stands between elements; what XML cannot hold is left out. */
export function xmlText(text: string): string {
  return clean(text).replaceAll(/[&<>\r]/g, (sign) => SIGNS[sign] ?? sign);
}

/** A text as it stands in double quotes: breaks of lines by number, for a reader would make blanks of them. */
export function xmlAttribute(value: string | number): string {
  return clean(String(value)).replaceAll(/[&<>"\t\n\r]/g, (sign) => SIGNS[sign] ?? sign);
}

/** ` name="value"` for each that is not null. */
export function xmlAttributes(values: Readonly<Record<string, string | number | null>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === null ? [] : [` ${name}="${xmlAttribute(value)}"`]))
    .join('');
}

function clean(text: string): string {
  return text.toWellFormed().replaceAll(FORBIDDEN, '');
}
