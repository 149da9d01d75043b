/** Commands that do in a shell what the page does; TOKEN stands for an API token. */

const AUTHORIZATION = `-H 'Authorization: Bearer TOKEN'`;

/** Return a text as one word of a shell: in single quotes, in which nothing means anything but the quote itself. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Return the command that watches a channel, as an admin. */
export function watching(url: string): string {
  return `curl -N ${AUTHORIZATION} ${quoted(url)}`;
}

/** Return the command that sends a message. */
export function sending(url: string, message: unknown): string {
  return `curl ${AUTHORIZATION} -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(message))} ${quoted(url)}`;
}
