import CopyIcon from "@mui/icons-material/ContentCopy";
import { Box, Card, CardContent, IconButton, Tooltip, Typography } from "@mui/material";
import type { ReactNode } from "react";
import { useNotify, useTranslate } from "react-admin";
import { api } from "../../server/api";
import { pathOf } from "../../server/data";
import { useDescription } from "../../server/description";
import { When } from "../../shell/When";
import type { Document } from "../model/place";

/** What the server keeps of a document beside its fields, and how to get at it from elsewhere. */
export function Aside({
  collection,
  document,
  nameOf,
}: {
  collection: string;
  document: Document;
  nameOf(id: string): string | null;
}) {
  const translate = useTranslate();
  const me = useDescription().user.id;
  const id = String(document.id);
  const by = typeof document.createdBy === "string" ? document.createdBy : null;
  const author = by === me ? translate("forms.aside.you") : by && nameOf(by);
  const address = new URL(api.url(pathOf(collection, id)), location.href).href;
  return (
    <Card component="aside" aria-label={translate("forms.aside.title")} sx={{ alignSelf: "start" }}>
      <CardContent sx={{ p: 2, "&:last-child": { pb: 2 } }}>
        <Box
          component="dl"
          sx={{
            m: 0,
            display: "grid",
            gap: 1.5,
            gridTemplateColumns: { xs: "repeat(2, minmax(0, 1fr))", lg: "minmax(0, 1fr)" },
          }}
        >
          <Entry name={translate("forms.aside.updated")}>
            <When at={textOf(document.updatedAt)} />
          </Entry>
          <Entry name={translate("forms.aside.created")}>
            <When at={textOf(document.createdAt)} />
            {author && ` ${translate("forms.aside.createdBy")} ${author}`}
          </Entry>
          <Entry name={translate("forms.aside.version")}>{String(document.version ?? "–")}</Entry>
          <Entry name={translate("forms.aside.id")}>
            <Copied text={id} label={translate("forms.aside.copyId")}>
              <Box component="code" sx={{ overflowWrap: "anywhere" }}>
                {id}
              </Box>
            </Copied>
          </Entry>
          <Entry name={translate("forms.aside.curl")} isWide>
            <Copied text={curlOf(address)} label={translate("forms.aside.copyCurl")}>
              <Box
                component="code"
                sx={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", minWidth: 0 }}
              >
                {new URL(address).pathname}
              </Box>
            </Copied>
          </Entry>
        </Box>
      </CardContent>
    </Card>
  );
}

/** The token is left to the shell: a secret has no place in a page or its clipboard. */
function curlOf(address: string): string {
  return `curl -H "Authorization: Bearer $TOKEN" '${address.replaceAll("'", "%27")}'`;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function Entry({ name, isWide, children }: { name: string; isWide?: boolean; children: ReactNode }) {
  return (
    <Box sx={{ minWidth: 0, gridColumn: isWide ? "1 / -1" : undefined }}>
      <Typography component="dt" variant="caption" color="textSecondary">
        {name}
      </Typography>
      <Typography component="dd" variant="body2" sx={{ m: 0, minWidth: 0 }}>
        {children}
      </Typography>
    </Box>
  );
}

function Copied({ text, label, children }: { text: string; label: string; children: ReactNode }) {
  const translate = useTranslate();
  const notify = useNotify();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      notify(translate("forms.aside.copied"), { type: "info", autoHideDuration: 2000 });
    } catch {
      notify(text, { type: "info", autoHideDuration: 15_000, multiLine: true, messageArgs: { _: text } });
    }
  };
  return (
    <Box component="span" sx={{ display: "flex", alignItems: "center", gap: 0.5, minWidth: 0 }}>
      {children}
      <Tooltip title={label}>
        <IconButton size="small" aria-label={label} onClick={copy} sx={{ ml: "auto" }}>
          <CopyIcon sx={{ fontSize: 16 }} />
        </IconButton>
      </Tooltip>
    </Box>
  );
}
