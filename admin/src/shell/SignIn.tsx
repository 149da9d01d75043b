import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import Paper from "@mui/material/Paper";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslate } from "react-admin";
import { PLACE } from "../server/place";
import { useSession } from "../server/session";
import { AppearanceButton } from "./AppearanceButton";
import { Brand } from "./Brand";
import { LanguageButton } from "./LanguageButton";
import { PasswordField } from "./PasswordField";
import { useTextOf } from "./useProblem";

/** The sign-in page over what was there when the session ended: it lies above every dialog, and keeps the focus. */
export function SignInAgain({ notice }: { notice: string }) {
  const translate = useTranslate();
  return (
    <Dialog open fullScreen aria-label={translate("shell.signIn.title")} transitionDuration={0}>
      <SignIn notice={notice} />
    </Dialog>
  );
}

/** The sign-in page. */
export function SignIn({ notice }: { notice: string | null }) {
  const session = useSession();
  const translate = useTranslate();
  const textOf = useTextOf();
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const label = session.label || PLACE.namespace;

  const title = `${translate("shell.signIn.title")} · ${label}`;
  useEffect(() => {
    const before = document.title;
    document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      await session.signIn({ email: String(form.get("email")), password: String(form.get("password")) });
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };

  return (
    <Box
      sx={{
        display: "grid",
        gridTemplateRows: "auto 1fr",
        minHeight: "100vh",
        bgcolor: "background.default",
      }}
    >
      <Box component="header" sx={{ display: "flex", justifyContent: "flex-end", p: 1 }}>
        <LanguageButton />
        <AppearanceButton />
      </Box>
      <Box component="main" sx={{ width: "100%", maxWidth: 400, mx: "auto", px: 2, pt: { xs: 2, sm: "8vh" }, pb: 6 }}>
        <Box sx={{ mb: 2.5, px: 0.5 }}>
          <Brand label={label} />
        </Box>
        <Paper
          component="form"
          variant="outlined"
          onSubmit={submit}
          sx={{ p: 3, borderRadius: 3, display: "grid", gap: 1 }}
        >
          <Typography variant="h2" component="h1">
            {translate("shell.signIn.title")}
          </Typography>
          {notice && (
            <Alert severity="info" role="status">
              {notice}
            </Alert>
          )}
          <TextField
            name="email"
            type="email"
            label={translate("shell.signIn.email")}
            autoComplete="username"
            autoFocus
            slotProps={{ htmlInput: { maxLength: 1024, required: true } }}
          />
          <PasswordField name="password" label={translate("shell.signIn.password")} autoComplete="current-password" />
          <Box aria-live="assertive">{problem !== null && <Alert severity="error">{textOf(problem)}</Alert>}</Box>
          <Button type="submit" variant="contained" size="large" disabled={busy} sx={{ mt: 1 }}>
            {translate(busy ? "shell.signIn.busy" : "shell.signIn.submit")}
          </Button>
        </Paper>
      </Box>
    </Box>
  );
}
