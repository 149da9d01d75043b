import ArrowUpward from "@mui/icons-material/ArrowUpward";
import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import visuallyHidden from "@mui/utils/visuallyHidden";
import { useTranslate } from "react-admin";

/** Tells those who do not see the marks how many documents have changed by themselves. */
export function ChangesTold({ count }: { count: number }) {
  const translate = useTranslate();
  return (
    <Box component="span" role="status" sx={visuallyHidden}>
      {count > 0 && translate("collections.changed", { smart_count: count })}
    </Box>
  );
}

/** Tells that documents have come which are not shown, and shows them. It lies over the list, which stays where it is. */
export function NewsChip({ count, onShow }: { count: number; onShow(): void }) {
  const translate = useTranslate();
  return (
    <Box
      aria-live="polite"
      sx={{ position: "sticky", top: 64, zIndex: 3, height: 0, mt: -1.5, display: "flex", justifyContent: "center" }}
    >
      {count > 0 && (
        <Chip
          color="primary"
          icon={<ArrowUpward fontSize="small" />}
          label={translate("collections.fresh", { smart_count: count })}
          onClick={onShow}
          sx={{ mt: 0.75, boxShadow: 3 }}
        />
      )}
    </Box>
  );
}
