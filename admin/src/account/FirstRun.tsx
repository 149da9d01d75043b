import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import CardContent from "@mui/material/CardContent";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { Navigate } from "react-router-dom";
import { NewPasswordField } from "../access/NewPasswordField";
import { ProblemAlert } from "../access/ProblemAlert";
import { useAction } from "../access/useAction";
import { api } from "../server/api";
import { useDescription } from "../server/description";
import { Page } from "../shell/Page";

const FIELDS = ["/email", "/name", "/password"];

/** The address that the first admin is given and nobody could be written to at. */
const GIVEN = "admin@localhost";

/** What somebody sees who came in with a one-time code: they say who they are and choose a password. */
export function FirstRun() {
  const translate = useTranslate();
  const { user, isAdmin, label } = useDescription();
  const [email, setEmail] = useState(user.email === GIVEN ? "" : user.email);
  const [name, setName] = useState(user.name);
  const [password, setPassword] = useState("");
  const finish = useAction(() => api.post("_auth/setup", { ...(isAdmin && { email }), name, password }), {
    keys: [["_admin"]],
    done: "account.first.done",
  });
  if (user.hasPassword) return <Navigate to="/" replace />;
  return (
    <Page title="account.firstRun">
      <Card sx={{ width: "100%", maxWidth: 520, mx: "auto", mt: { xs: 0, sm: 4 } }}>
        <CardContent sx={{ p: { xs: 2.5, sm: 4 }, "&:last-child": { pb: { xs: 2.5, sm: 4 } } }}>
          <Typography variant="h2" component="h2">
            {translate("account.first.title", { label })}
          </Typography>
          <Typography color="textSecondary" sx={{ mt: 0.5, mb: 2 }}>
            {translate(isAdmin ? "account.first.helpAdmin" : "account.first.help")}
          </Typography>
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              finish.run();
            }}
          >
            <TextField
              label={translate("access.email")}
              type="email"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
              error={Boolean(finish.errorAt("/email"))}
              helperText={finish.errorAt("/email") ?? translate(isAdmin ? "account.first.email" : "account.emailHelp")}
              autoComplete="username"
              disabled={!isAdmin}
              required
              autoFocus={isAdmin}
            />
            <TextField
              label={translate("access.name")}
              value={name}
              onChange={(event) => setName(event.target.value)}
              error={Boolean(finish.errorAt("/name"))}
              helperText={finish.errorAt("/name") ?? translate("account.nameHelp")}
              autoComplete="name"
              autoFocus={!isAdmin}
            />
            <NewPasswordField value={password} onChange={setPassword} error={finish.errorAt("/password")} />
            <ProblemAlert problem={finish.problem} shown={FIELDS} />
            <Button type="submit" variant="contained" size="large" disabled={finish.busy} fullWidth sx={{ mt: 2 }}>
              {translate("account.first.finish")}
            </Button>
          </form>
          <Typography variant="body2" color="textSecondary" sx={{ mt: 2 }}>
            {translate("account.first.codes")}
          </Typography>
        </CardContent>
      </Card>
    </Page>
  );
}
