/** Where each file of Drizzle stands in its journal, by path. A journal that cannot be read orders nothing. */
export function journalOrder(texts: Readonly<Record<string, string>>): ReadonlyMap<string, number> {
  const order = new Map<string, number>();
  for (const [path, text] of Object.entries(texts)) {
    const folder = path.slice(0, path.lastIndexOf('meta/'));
    for (const [at, tag] of tagsOf(text).entries()) order.set(`${folder}${tag}.sql`, at);
  }
  return order;
}

/** `{ "entries": [{ "idx": 0, "tag": "0000_first", … }] }`, as drizzle-kit writes it. */
function tagsOf(text: string): readonly string[] {
  try {
    const { entries } = JSON.parse(text) as { entries?: unknown };
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((entry: { tag?: unknown } | null) =>
      typeof entry?.tag === 'string' ? [entry.tag] : [],
    );
  } catch {
    return [];
  }
}
