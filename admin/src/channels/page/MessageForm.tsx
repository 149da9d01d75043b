import SendIcon from "@mui/icons-material/Send";
import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useLocale, useTranslate } from "react-admin";
import { SchemaForm, useSchemaForm } from "../../schema";
import { api } from "../../server/api";
import { isProblem } from "../../server/problem";
import { useTextOf } from "../../shell/useProblem";
import { CurlMenu } from "../CurlMenu";
import { sending } from "../curl";
import type { ChannelRecord } from "../records";
import { JsonTree } from "../watch/JsonTree";
import { pathFor, schemaFor, type Way } from "./ways";

interface MessageFormProps {
  channel: ChannelRecord;
  way: Way;
  type: string;
}

/** What is in a message, made from the schema of its type, and what became of it. */
export function MessageForm({ channel, way, type }: MessageFormProps) {
  const translate = useTranslate();
  const textOf = useTextOf();
  const queryClient = useQueryClient();
  const form = useSchemaForm(schemaFor(channel, way, type));
  const [isNoObject, setNoObject] = useState(false);
  const path = pathFor(channel, way);
  const send = useMutation({
    mutationFn: (message: object) => api.post<Record<string, unknown>>(path, message),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["_channels", channel.name] }),
  });
  const errors = isProblem(send.error) ? send.error.errors : {};

  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.reset();
    const read = form.read();
    const isObject = read !== null && isPayload(read.value);
    setNoObject(read !== null && !isObject);
    if (isObject) send.mutate({ type, ...(read.value as object) });
  };

  return (
    <Stack component="form" noValidate spacing={2} onSubmit={submit}>
      <SchemaForm form={form} errors={errors} disabled={send.isPending} />
      {isNoObject && <Alert severity="error">{translate("channels.send.noObject")}</Alert>}
      {send.error && <Alert severity="error">{textOf(send.error)}</Alert>}
      <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
        <Button type="submit" variant="contained" startIcon={<SendIcon />} disabled={send.isPending || type === ""}>
          {translate("channels.send.button")}
        </Button>
        <CurlMenu commands={[{ key: "send", text: sending(absolute(path), { type, ...shownOf(form.peek()) }) }]} />
      </Stack>
      {send.data && <Sent message={send.data} at={send.submittedAt} />}
    </Stack>
  );
}

function Sent({ message, at }: { message: Record<string, unknown>; at: number }) {
  const translate = useTranslate();
  const locale = useLocale();
  return (
    <Alert severity="success" role="status" sx={{ "& .MuiAlert-message": { minWidth: 0, flex: 1 } }}>
      {translate("channels.send.sent", { time: new Date(at).toLocaleTimeString(locale) })}
      <details>
        <summary>{translate("channels.send.result")}</summary>
        <JsonTree value={message} />
      </details>
    </Alert>
  );
}

function isPayload(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shownOf(value: unknown): object {
  return isPayload(value) ? (value as object) : {};
}

function absolute(path: string): string {
  return new URL(api.url(path), window.location.href).href;
}
