import Add from "@mui/icons-material/Add";
import Key from "@mui/icons-material/KeyOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { api } from "../../server/api";
import { Confirm } from "../../shell/Confirm";
import { Empty } from "../../shell/Empty";
import { Failure } from "../../shell/Failure";
import { Page } from "../../shell/Page";
import { ProblemAlert } from "../ProblemAlert";
import type { TokenRecord } from "../types";
import { useAction } from "../useAction";
import { CreateToken, type MadeToken } from "./CreateToken";
import { TokenDialog } from "./TokenDialog";
import { TokenTable } from "./TokenTable";

/** API tokens: the names under which programs act. */
export function Tokens() {
  const translate = useTranslate();
  const [isCreating, setCreating] = useState(false);
  const [made, setMade] = useState<MadeToken | null>(null);
  const [doomed, setDoomed] = useState<TokenRecord | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ["_tokens"],
    queryFn: ({ signal }) => api.get<{ items: TokenRecord[] }>("_tokens", { signal }),
  });
  const revoke = useAction((name: string) => api.delete(`_tokens/${encodeURIComponent(name)}`), {
    keys: [["_tokens"]],
    done: "access.token.revoked",
  });
  const create = (
    <Button variant="contained" startIcon={<Add />} onClick={() => setCreating(true)}>
      {translate("access.token.create")}
    </Button>
  );
  const isEmpty = data?.items.length === 0;
  return (
    <Page title="access.tokens">
      <Box sx={{ display: "flex", flexWrap: { xs: "wrap", sm: "nowrap" }, gap: 2, alignItems: "center" }}>
        <Typography color="textSecondary" sx={{ maxWidth: "70ch" }}>
          {translate("access.token.help")}
        </Typography>
        {!isEmpty && <Box sx={{ ml: "auto", flex: "none" }}>{create}</Box>}
      </Box>
      {error && <Failure error={error} retry={() => void refetch()} />}
      <ProblemAlert problem={revoke.problem} />
      {data && (
        <Paper variant="outlined">
          {isEmpty ? (
            <Empty icon={<Key />} title={translate("access.token.none")} action={create} />
          ) : (
            <TokenTable tokens={data.items} onRevoke={setDoomed} />
          )}
        </Paper>
      )}
      {isCreating && (
        <CreateToken
          onClose={() => setCreating(false)}
          onDone={(token) => {
            setCreating(false);
            setMade(token);
          }}
        />
      )}
      {made && <TokenDialog made={made} onClose={() => setMade(null)} />}
      <Confirm
        isOpen={doomed !== null}
        title={translate("access.token.revokeOf", { name: doomed?.name ?? "" })}
        content={translate("access.token.sure")}
        confirm={translate("access.token.revoke")}
        isDestructive
        onConfirm={() => {
          if (doomed) revoke.run(doomed.name);
          setDoomed(null);
        }}
        onClose={() => setDoomed(null)}
      />
    </Page>
  );
}
