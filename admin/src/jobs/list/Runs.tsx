import Button from "@mui/material/Button";
import { useTranslate } from "react-admin";
import { isProblem } from "../../server/problem";
import { Empty } from "../../shell/Empty";
import { Failure } from "../../shell/Failure";
import { Splash } from "../../shell/Splash";
import type { RunFilter } from "../news";
import { useRuns } from "../queries";
import { NoJob } from "./NoJob";
import { RunTable } from "./RunTable";

/** The runs that a filter asks for, newest first; older ones on demand. */
export function Runs({ filter }: { filter: RunFilter }) {
  const translate = useTranslate();
  const { runs, users, data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useRuns(filter);
  if (filter.job !== null && isProblem(error, 404)) return <NoJob name={filter.job} />;
  if (!data) return error ? <Failure error={error} retry={() => void refetch()} /> : <Splash />;
  if (runs.length === 0) return <Empty title={translate("jobs.noRuns")} help={translate("jobs.noRunsHelp")} />;
  return (
    <>
      <RunTable runs={runs} users={users} named={filter.job === null} />
      {hasNextPage && (
        <Button
          variant="outlined"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
          sx={{ alignSelf: "center" }}
        >
          {translate("jobs.more")}
        </Button>
      )}
    </>
  );
}
