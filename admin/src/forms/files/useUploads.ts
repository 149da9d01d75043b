import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslate } from "react-admin";
import { useFormats } from "../../collections/values/formats";
import type { Field } from "../../server/description";
import { useDescription } from "../../server/description";
import { useTextOf } from "../../shell/useProblem";
import { useFormScope } from "../page/scope";
import { send } from "./send";
import { kindsOf, refusalOf, type StoredFile } from "./stored";

/** A file on its way to the server, or one that was refused. */
export interface Upload {
  key: number;
  name: string;
  /** How much has gone out, from 0 to 1; null where the server is looking at it. */
  part: number | null;
  /** Why it was refused. */
  fault: string | null;
}

export interface Uploads {
  uploads: readonly Upload[];
  isBusy: boolean;
  /** Send files; each that is kept is handed over. */
  start(files: readonly File[], onKept: (file: StoredFile) => void): void;
  cancel(key: number): void;
  /** What a field takes, for people. */
  limits: string;
  /** What has just happened, for readers of screens. */
  said: string;
}

/** Send the files of one field. As long as one is on its way, the form says that it cannot be saved. */
export function useUploads(field: Field, pointer: string): Uploads {
  const translate = useTranslate();
  const textOf = useTextOf();
  const { setUnreadable } = useFormScope();
  const takes = useTakes(field);
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const [said, setSaid] = useState("");
  const aborts = useRef(new Map<number, AbortController>());
  const last = useRef(0);
  const isBusy = uploads.some(({ fault }) => fault === null);
  const waiting = translate("files.waiting");

  // Before it is seen that nothing is on its way any more: then the form may be saved.
  useLayoutEffect(() => {
    setUnreadable(pointer, isBusy ? waiting : null);
    return () => setUnreadable(pointer, null);
  }, [isBusy, pointer, setUnreadable, waiting]);

  useEffect(() => {
    const open = aborts.current;
    return () => {
      for (const abort of open.values()) abort.abort();
    };
  }, []);

  const amend = (key: number, change: Partial<Upload>) =>
    setUploads((all) => all.map((one) => (one.key === key ? { ...one, ...change } : one)));
  const drop = (key: number) => setUploads((all) => all.filter((one) => one.key !== key));

  const sendOne = async (file: File, upload: Upload, onKept: (file: StoredFile) => void) => {
    const abort = aborts.current.get(upload.key);
    if (!abort || abort.signal.aborted) return;
    const onProgress = (part: number) => amend(upload.key, { part: part < 1 ? part : null });
    try {
      const kept = await send(file, { onProgress, signal: abort.signal });
      drop(upload.key);
      setSaid(translate("files.done", { name: kept.name }));
      onKept(kept);
    } catch (error) {
      if (abort.signal.aborted) drop(upload.key);
      else {
        amend(upload.key, { fault: textOf(error) });
        setSaid(translate("files.failed", { name: upload.name }));
      }
    } finally {
      aborts.current.delete(upload.key);
    }
  };

  const start = (files: readonly File[], onKept: (file: StoredFile) => void) => {
    const begun = files.map((file): { file: File; upload: Upload } => {
      last.current += 1;
      const refusal = refusalOf(file, takes);
      const fault = refusal && translate(`files.refused.${refusal}`, { limits: takes.text });
      if (!fault) aborts.current.set(last.current, new AbortController());
      return { file, upload: { key: last.current, name: file.name, part: 0, fault } };
    });
    setUploads((all) => [...all.filter(({ fault }) => fault === null), ...begun.map(({ upload }) => upload)]);
    // One after the other: so they are kept in the order in which they were chosen.
    void begun
      .filter(({ upload }) => upload.fault === null)
      .reduce((before, { file, upload }) => before.then(() => sendOne(file, upload, onKept)), Promise.resolve());
  };

  const cancel = useCallback((key: number) => {
    aborts.current.get(key)?.abort();
    setUploads((all) => all.filter((one) => one.key !== key));
  }, []);

  return { uploads, isBusy, start, cancel, limits: takes.text, said };
}

/** Return what a field takes. */
function useTakes(field: Field): { accept: readonly string[] | null; maxBytes: number; text: string } {
  const translate = useTranslate();
  const formats = useFormats();
  const { limits } = useDescription();
  const maxBytes = Math.min(field.maxBytes ?? limits.fileBytes, limits.fileBytes);
  const kinds = kindsOf(field.accept).map(({ key, name }) => (key ? translate(`files.kind.${key}`) : name));
  const size = translate("files.upTo", { size: formats.bytes(maxBytes) });
  const text = [kinds.join(", ") || translate("files.kind.any"), size].join(translate("forms.between"));
  return { accept: field.accept ?? null, maxBytes, text };
}
