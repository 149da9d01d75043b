import Paper from "@mui/material/Paper";
import TablePagination from "@mui/material/TablePagination";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { api } from "../../server/api";
import { Failure } from "../../shell/Failure";
import { Page as Frame } from "../../shell/Page";
import { AccessTabs } from "../AccessTabs";
import { ProblemAlert } from "../ProblemAlert";
import type { Page, SessionRecord } from "../types";
import { useAction } from "../useAction";
import { SessionList } from "./SessionList";

const PAGE_SIZE = 50;

/** Who has signed in, all of them. */
export function Sessions() {
  const translate = useTranslate();
  const [page, setPage] = useState(0);
  const query = { limit: PAGE_SIZE, offset: page * PAGE_SIZE };
  const { data, error, refetch } = useQuery({
    queryKey: ["_sessions", query],
    queryFn: ({ signal }) => api.get<Page<SessionRecord>>("_sessions", { query, signal }),
    placeholderData: keepPreviousData,
  });
  const end = useAction((session: SessionRecord) => api.delete(`_sessions/${session.id}`), {
    keys: [["_sessions"]],
    done: "access.session.ended",
  });
  return (
    <Frame title="access.sessions">
      <AccessTabs />
      {error && <Failure error={error} retry={() => void refetch()} />}
      <ProblemAlert problem={end.problem} />
      {data && (
        <Paper variant="outlined" sx={{ px: 2, py: 0.5 }}>
          <SessionList label={translate("access.sessions")} sessions={data.items} onEnd={end.run} busy={end.busy} />
          {data.total > PAGE_SIZE && (
            <TablePagination
              component="div"
              count={data.total}
              page={page}
              rowsPerPage={PAGE_SIZE}
              rowsPerPageOptions={[PAGE_SIZE]}
              onPageChange={(_, to) => setPage(to)}
            />
          )}
        </Paper>
      )}
    </Frame>
  );
}
