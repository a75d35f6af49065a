/** A number with what it counts: `1 request`, `2 requests`, `2 addresses`, `2 repositories`. */
export function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : severalOf(noun)}`;
}

function severalOf(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return noun.endsWith('s') ? `${noun}es` : `${noun}s`;
}
