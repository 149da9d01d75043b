import { HttpError } from "react-admin";

/** The shape of the server's errors (RFC 9457). */
export interface ProblemBody {
  status: number;
  code: string;
  detail: string;
  errors?: Record<string, string>;
  /** With 412: the document as it is now. */
  current?: Record<string, unknown>;
  /** The request's id, by which the server's log knows it. */
  instance?: string;
  [key: string]: unknown;
}

/** An answer that refuses, or that never came: then its status is 0 and its code `unreachable`. */
export class Problem extends HttpError {
  readonly code: string;
  readonly detail: string;
  /** What is wrong, by JSON pointer: `{"/title": "is required"}`. */
  readonly errors: Record<string, string>;
  declare readonly body: ProblemBody;
  /** After how many seconds to try again, where the server says so. */
  readonly retryAfter: number | null;

  constructor(body: ProblemBody, retryAfter: number | null = null) {
    super(body.detail, body.status, body);
    // HttpError makes every instance one of its own class only.
    Object.setPrototypeOf(this, Problem.prototype);
    this.name = "Problem";
    this.code = body.code;
    this.detail = body.detail;
    this.errors = body.errors ?? {};
    this.retryAfter = retryAfter;
  }
}

export function isProblem(error: unknown, status?: number): error is Problem {
  return error instanceof Problem && (status === undefined || error.status === status);
}

/** Return the problem that an answer tells of, also where it came from a proxy and is none of ours. */
export async function problemOf(response: Response): Promise<Problem> {
  const retryAfter = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const body = await readBody(response);
  return new Problem(body, Number.isNaN(retryAfter) ? null : retryAfter);
}

async function readBody(response: Response): Promise<ProblemBody> {
  const foreign = {
    status: response.status,
    code: "http_error",
    detail: `${response.status} ${response.statusText}`.trim(),
  };
  try {
    const body: unknown = await response.json();
    const isOurs = typeof body === "object" && body !== null && "code" in body && "detail" in body;
    return isOurs ? { ...(body as ProblemBody), status: response.status } : foreign;
  } catch {
    return foreign;
  }
}

/** Return the problem of a request that was never answered. */
export function unreachable(cause: unknown): Problem {
  const problem = new Problem({ status: 0, code: "unreachable", detail: "the server does not answer" });
  problem.cause = cause;
  return problem;
}
