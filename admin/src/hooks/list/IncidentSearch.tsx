import CloseIcon from "@mui/icons-material/Close";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import LinearProgress from "@mui/material/LinearProgress";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { type FormEvent, useState } from "react";
import { useTranslate } from "react-admin";
import { useSearchParams } from "react-router-dom";
import { Failure } from "../../shell/Failure";
import { FailureView } from "../failure/FailureView";
import { useIncident } from "../useHooks";

/** A box for the id of an incident that somebody was shown, and what it was. Its address can be passed on. */
export function IncidentSearch() {
  const translate = useTranslate();
  const [parameters, setParameters] = useSearchParams();
  const incident = parameters.get("incident");
  const [text, setText] = useState(incident ?? "");
  const find = (event: FormEvent) => {
    event.preventDefault();
    // People paste the whole sentence: "A hook failed. Incident 3fa85c17b2d4."
    const id = /[0-9a-f]{12}/.exec(text.toLowerCase())?.[0] ?? text.trim();
    setText(id);
    setParameters(id ? { incident: id } : {});
  };
  const close = () => {
    setText("");
    setParameters({});
  };
  return (
    <>
      <Box component="form" role="search" onSubmit={find} sx={{ display: "flex", gap: 1, alignItems: "flex-start" }}>
        <TextField
          label={translate("hooks.incident.label")}
          value={text}
          onChange={(event) => setText(event.target.value)}
          helperText={translate("hooks.incident.help")}
          slotProps={{ htmlInput: { spellCheck: false, maxLength: 200 } }}
          sx={{ m: 0, maxWidth: 340 }}
        />
        <Button type="submit" variant="outlined" disabled={text.trim() === ""} sx={{ height: 38 }}>
          {translate("hooks.incident.find")}
        </Button>
      </Box>
      {incident && <Found incident={incident} onClose={close} />}
    </>
  );
}

function Found({ incident, onClose }: { incident: string; onClose: () => void }) {
  const translate = useTranslate();
  const { data, error, refetch } = useIncident(incident);
  return (
    <Paper variant="outlined" sx={{ p: 2 }}>
      <Stack direction="row" sx={{ justifyContent: "space-between", alignItems: "center", mb: 1 }}>
        <Box role="status" sx={{ minWidth: 0 }}>
          <Typography variant="h3" component="h2" sx={{ overflowWrap: "anywhere" }}>
            {translate("hooks.incident.title", { incident })}
          </Typography>
        </Box>
        <IconButton aria-label={translate("hooks.incident.close")} onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </Stack>
      {!data && !error && <LinearProgress />}
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data?.failures.map((failure) => (
        <FailureView key={failure.hook} hook={failure.hook} failure={failure} hasLink />
      ))}
    </Paper>
  );
}
