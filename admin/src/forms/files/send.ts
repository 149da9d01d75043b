import { url } from "../../server/api";
import { Problem, type ProblemBody, unreachable } from "../../server/problem";
import { type StoredFile, storedFile } from "./stored";

interface Sending {
  /** Told how much of the file has gone out, from 0 to 1. */
  onProgress(part: number): void;
  signal: AbortSignal;
}

/**
 * Upload a file and return what the server says of it.
 *
 * By XMLHttpRequest, because fetch does not tell how much of a body has gone out. Rejects with a Problem, or with a
 * DOMException called AbortError where it was cancelled.
 */
export function send(file: File, { onProgress, signal }: Sending): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name || "file");
    request.open("POST", url("_files"));
    request.responseType = "text";
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const stored = request.status === 201 ? storedFile(parsed(request.responseText)) : null;
      if (stored) resolve(stored);
      else reject(problemOf(request));
    };
    request.onerror = () => reject(unreachable(new TypeError("the upload broke off")));
    request.onabort = () => reject(new DOMException("the upload was cancelled", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

function problemOf(request: XMLHttpRequest): Problem {
  const retryAfter = Number.parseInt(request.getResponseHeader("Retry-After") ?? "", 10);
  const body = parsed(request.responseText);
  const isOurs = typeof body === "object" && body !== null && "code" in body && "detail" in body;
  const told: ProblemBody = isOurs
    ? (body as ProblemBody)
    : { status: request.status, code: "http_error", detail: `${request.status} ${request.statusText}`.trim() };
  return new Problem({ ...told, status: request.status }, Number.isNaN(retryAfter) ? null : retryAfter);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
