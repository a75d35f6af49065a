/** Whether a safe form is SQL to be copied; else it is a sentence that says what to do. */
export function isSqlForm(form: string): boolean {
  return form.includes('\n') || form.startsWith('--') || form.trimEnd().endsWith(';');
}
