import ExpandIcon from "@mui/icons-material/ExpandMore";
import Accordion from "@mui/material/Accordion";
import AccordionDetails from "@mui/material/AccordionDetails";
import AccordionSummary from "@mui/material/AccordionSummary";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { When } from "../../shell/When";
import { FailureView } from "../failure/FailureView";
import type { HookRecord } from "../records";

/** The last failures of a function, the newest at the top. */
export function FailureList({ hook }: { hook: HookRecord }) {
  const translate = useTranslate();
  const { lastFailures } = hook;
  const newest = lastFailures[0]?.incident;
  // The first that is seen is open. What comes later opens nothing: somebody may be reading.
  const [chosen, setChosen] = useState<string | null | undefined>(newest);
  if (chosen === undefined && newest) setChosen(newest);
  const count = hook.failures + hook.timeouts;
  return (
    <section aria-labelledby="failures-title">
      <Typography id="failures-title" variant="h3" component="h2" sx={{ mb: 1 }}>
        {translate("hooks.page.failures")}
      </Typography>
      {lastFailures.length === 0 && <Typography color="textSecondary">{translate("hooks.page.noFailures")}</Typography>}
      {lastFailures.map((failure) => (
        <Accordion
          key={failure.incident}
          variant="outlined"
          disableGutters
          expanded={chosen === failure.incident}
          onChange={(_, isOpen) => setChosen(isOpen ? failure.incident : null)}
          slotProps={{ transition: { unmountOnExit: true } }}
        >
          <AccordionSummary
            expandIcon={<ExpandIcon />}
            sx={{ font: "inherit", "& .MuiAccordionSummary-content": { minWidth: 0 } }}
          >
            <Box sx={{ display: "flex", gap: 2, minWidth: 0, width: "100%" }}>
              <Box sx={{ color: "text.secondary", flex: "none" }}>
                <When at={failure.at} />
              </Box>
              <Box sx={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{failure.error}</Box>
            </Box>
          </AccordionSummary>
          <AccordionDetails>
            <FailureView hook={hook.hook} failure={failure} />
          </AccordionDetails>
        </Accordion>
      ))}
      {count > lastFailures.length && lastFailures.length > 0 && (
        <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>
          {translate("hooks.page.few", { shown: lastFailures.length, count })}
        </Typography>
      )}
    </section>
  );
}
