import PersonAdd from "@mui/icons-material/PersonAddAltOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import Paper from "@mui/material/Paper";
import TablePagination from "@mui/material/TablePagination";
import TextField from "@mui/material/TextField";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslate } from "react-admin";
import { useSearchParams } from "react-router-dom";
import { api } from "../../server/api";
import { useDescription } from "../../server/description";
import { Empty } from "../../shell/Empty";
import { Failure } from "../../shell/Failure";
import { Page as Frame } from "../../shell/Page";
import { SearchField } from "../../shell/SearchField";
import { AccessTabs } from "../AccessTabs";
import { InvitationDialog } from "../InvitationDialog";
import type { Invited, Page, UserRecord } from "../types";
import { useSettled } from "../useSettled";
import { CreateUser } from "./CreateUser";
import { UserTable } from "./UserTable";

const PAGE_SIZE = 50;

export function UserList() {
  const translate = useTranslate();
  const [isCreating, setCreating] = useState(false);
  const [made, setMade] = useState<Invited | null>(null);
  const { search, role, page, change } = useAsked();
  const settled = useSettled(search);
  const query = { q: settled, role, limit: PAGE_SIZE, offset: page * PAGE_SIZE };
  const { data, error, refetch } = useQuery({
    queryKey: ["_users", query],
    queryFn: ({ signal }) => api.get<Page<UserRecord>>("_users", { query, signal }),
    placeholderData: keepPreviousData,
  });
  const create = (
    <Button variant="contained" startIcon={<PersonAdd />} onClick={() => setCreating(true)}>
      {translate("access.user.create")}
    </Button>
  );
  return (
    <Frame title="access.users">
      <AccessTabs />
      <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1, rowGap: 1.75, alignItems: "center" }}>
        <Filters search={search} role={role} change={change} />
        <Box sx={{ ml: "auto" }}>{create}</Box>
      </Box>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <Paper variant="outlined">
          <UserTable users={data.items} />
          {data.items.length === 0 && <Empty title={translate("access.user.none")} />}
          {data.total > PAGE_SIZE && (
            <TablePagination
              component="div"
              count={data.total}
              page={page}
              rowsPerPage={PAGE_SIZE}
              rowsPerPageOptions={[PAGE_SIZE]}
              onPageChange={(_, to) => change({ page: to ? String(to) : "" })}
            />
          )}
        </Paper>
      )}
      {isCreating && (
        <CreateUser
          onClose={() => setCreating(false)}
          onDone={(result) => {
            setCreating(false);
            setMade(result);
          }}
        />
      )}
      {made?.invitation && (
        <InvitationDialog email={made.user.email} invitation={made.invitation} onClose={() => setMade(null)} />
      )}
    </Frame>
  );
}

/** What is asked for, in the page's address; what is drawn may be behind it for a moment, where somebody is fast. */
function useAsked() {
  const [parameters, setParameters] = useSearchParams();
  const change = (changes: Record<string, string>) => {
    const after = new URLSearchParams(location.search);
    after.delete("page");
    for (const [name, value] of Object.entries(changes)) value ? after.set(name, value) : after.delete(name);
    setParameters(after, { replace: true });
  };
  const page = Number.parseInt(parameters.get("page") ?? "", 10) || 0;
  return { search: parameters.get("q") ?? "", role: parameters.get("role") ?? "", page: Math.max(0, page), change };
}

interface FiltersProps {
  search: string;
  role: string;
  change: (changes: Record<string, string>) => void;
}

function Filters({ search, role, change }: FiltersProps) {
  const translate = useTranslate();
  const { roles } = useDescription();
  const [typed, setTyped] = useState(search);
  useEffect(() => {
    if (search === (new URLSearchParams(location.search).get("q") ?? "")) setTyped(search);
  }, [search]);
  return (
    <>
      <SearchField
        label={translate("access.user.search")}
        value={typed}
        onChange={(text) => {
          setTyped(text);
          change({ q: text });
        }}
        sx={{ flex: { xs: "1 1 100%", sm: "1 1 180px" }, maxWidth: { sm: 320 } }}
      />
      <TextField
        select
        label={translate("access.oneRole")}
        value={role}
        onChange={(event) => change({ role: event.target.value })}
        margin="none"
        sx={{ flex: "0 1 140px" }}
        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      >
        <MenuItem value="">{translate("access.anyRole")}</MenuItem>
        {roles.map((each) => (
          <MenuItem key={each} value={each}>
            {each}
          </MenuItem>
        ))}
      </TextField>
    </>
  );
}
