import { Link } from "@mui/material";
import { useTranslate } from "react-admin";

/** Shows a list one element below the other, where they can be put in another order. */
export function RowsButton({ onClick }: { onClick: () => void }) {
  const translate = useTranslate();
  return (
    <Link
      component="button"
      type="button"
      onClick={onClick}
      sx={{ ml: 1, fontSize: "inherit", verticalAlign: "baseline" }}
    >
      {translate("forms.list.order")}
    </Link>
  );
}
