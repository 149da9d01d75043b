import TablePagination from "@mui/material/TablePagination";
import { useListPaginationContext, useLocale, useTranslate } from "react-admin";

export const PAGE_SIZES = [25, 50, 100];

interface PagesProps {
  /** How many documents there are in all; undefined while nobody knows. */
  total: number | undefined;
}

/** Which documents of how many are shown, the pages before and behind, how many a page has. */
export function Pages({ total }: PagesProps) {
  const translate = useTranslate();
  const number = new Intl.NumberFormat(useLocale());
  const { page, perPage, hasNextPage, setPage, setPerPage } = useListPaginationContext();
  return (
    <TablePagination
      component="nav"
      aria-label={translate("collections.pages")}
      // While it is not known, there is at least what the next page has.
      count={total ?? -1}
      page={total === undefined ? page - 1 : Math.min(page - 1, Math.max(0, Math.ceil(total / perPage) - 1))}
      rowsPerPage={perPage}
      rowsPerPageOptions={PAGE_SIZES}
      labelRowsPerPage={translate("ra.navigation.page_rows_per_page")}
      labelDisplayedRows={({ from, to, count }) => {
        const shown = { offsetBegin: number.format(from), offsetEnd: number.format(to) };
        if (count < 0) return `${shown.offsetBegin}–${shown.offsetEnd}`;
        return translate("ra.navigation.page_range_info", { ...shown, total: number.format(count) });
      }}
      onPageChange={(_event, index) => setPage(index + 1)}
      onRowsPerPageChange={(event) => setPerPage(Number(event.target.value))}
      getItemAriaLabel={(type) => translate(`collections.page.${type}`)}
      slotProps={{ actions: { nextButton: { disabled: !hasNextPage && (total ?? 0) <= page * perPage } } }}
      sx={{
        overflow: "visible",
        "& .MuiTablePagination-toolbar": { flexWrap: "wrap", px: { xs: 0, sm: 1 } },
        "& .MuiTablePagination-spacer": { flex: "1 1 0" },
        "& .MuiTablePagination-selectLabel": { display: { xs: "none", sm: "block" } },
        "& .MuiTablePagination-input": { ml: { xs: 0 }, mr: { xs: 1, sm: 4 } },
        "& .MuiTablePagination-actions": { ml: { xs: 0, sm: 2 } },
      }}
    />
  );
}
