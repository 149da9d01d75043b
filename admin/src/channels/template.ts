const PARAMETER = /\{(\w+)\}/g;
/** What can stand for a parameter in a channel's name. */
const VALUE = /^[A-Za-z0-9_.:~-]+$/;

/** Return the names of a template's parameters: `user:{userId}` has `userId`. */
export function parametersOf(template: string): string[] {
  return [...template.matchAll(PARAMETER)].map(([, name]) => name ?? "");
}

/** Return the channel of a template with these values for its parameters; null where one is missing or impossible. */
export function filled(template: string, values: Record<string, string>): string | null {
  const isWhole = parametersOf(template).every((name) => VALUE.test(values[name]?.trim() ?? ""));
  return isWhole ? template.replaceAll(PARAMETER, (_, name: string) => values[name]?.trim() ?? "") : null;
}
