import { useEffect } from "react";
import { useListContext } from "react-admin";
import { useLocation, useNavigate } from "react-router-dom";

/** Have the address say what is shown from the beginning, so that the way back from a filter leads to where it began. */
export function useAddress(): void {
  const { filterValues, sort, page, perPage, isPending } = useListContext();
  const { search } = useLocation();
  const navigate = useNavigate();
  useEffect(() => {
    // The documents first: going somewhere draws the whole page anew.
    if (search || isPending) return;
    const shown = {
      filter: JSON.stringify(filterValues),
      order: sort.order,
      page: String(page),
      perPage: String(perPage),
    };
    navigate({ search: `?${new URLSearchParams({ ...shown, sort: sort.field })}` }, { replace: true });
  }, [search, isPending, navigate, filterValues, sort, page, perPage]);
}
