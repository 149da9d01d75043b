/** For how many days a token may be made to last; null is for ever. */
export const LIFETIMES = [7, 30, 90, 365, null] as const;
export type Lifetime = (typeof LIFETIMES)[number];

const DAY_MS = 24 * 60 * 60 * 1000;

/** Return when a token ends that is made now, as the server wants it; null for never. */
export function expiryOf(days: Lifetime, now: Date): string | null {
  return days === null ? null : new Date(now.getTime() + days * DAY_MS).toISOString();
}

/** Return a line for a shell that tries a token. */
export function curlOf(origin: string, api: string, secret: string): string {
  return `curl -H 'Authorization: Bearer ${secret}' ${origin}${api}/_auth/me`;
}
