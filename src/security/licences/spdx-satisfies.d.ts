declare module 'spdx-satisfies' {
  /** Whether what an SPDX expression asks for is met by a list of licences. Throws for what is no expression. */
  function satisfies(expression: string, licences: readonly string[]): boolean;
  export = satisfies;
}
