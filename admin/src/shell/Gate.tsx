import Box from "@mui/material/Box";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { useNotify, useTranslate } from "react-admin";
import { codeIn } from "../server/code";
import { useSession, useSessionState, useUserId } from "../server/session";
import { Failure } from "./Failure";
import { SignIn, SignInAgain } from "./SignIn";
import { Splash } from "./Splash";

/** Shows what is inside to those who are signed in, and the sign-in page to all others, at any address. */
export function Gate({ code, children }: { code: string | null; children: ReactNode }) {
  const session = useSession();
  const state = useSessionState();
  const userId = useUserId();
  const translate = useTranslate();
  const [problem, setProblem] = useState<unknown>(null);
  const [badCode, setBadCode] = useState(false);
  const pendingCode = useRef(code);
  const [isTaking, setTaking] = useState(code !== null);
  const notify = useNotify();

  const look = useCallback(async () => {
    setProblem(null);
    try {
      if (session.state === "unknown") await session.ask();
      const given = pendingCode.current;
      pendingCode.current = null;
      if (given === null) return;
      // Anybody may have made the link: it does not put somebody else in the place of who is signed in.
      if (session.state === "in") notify("shell.signIn.already", { type: "info", autoHideDuration: 10_000 });
      else await session.signIn({ code: given }).catch(() => setBadCode(true));
      setTaking(false);
    } catch (error) {
      setProblem(error);
    }
  }, [session, notify]);

  useEffect(() => void look(), [look]);
  useEffect(reloadForCodes, []);

  if (problem !== null && state === "unknown") {
    return (
      <Box sx={{ maxWidth: 560, mx: "auto", mt: "20vh", px: 2 }}>
        <Failure error={problem} retry={look} />
      </Box>
    );
  }
  if (state === "unknown" || isTaking) return <Splash />;
  if (state === "out") return <SignIn notice={badCode ? translate("shell.signIn.badCode") : null} />;
  // Behind the sign-in page everything stays as it was, so that nothing is lost that was being written. Somebody else
  // begins with nothing of what the one before was doing.
  return (
    <>
      <Box key={userId} inert={state === "ended"} aria-hidden={state === "ended"}>
        {children}
      </Box>
      {state === "ended" && <SignInAgain notice={translate("shell.signIn.ended")} />}
    </>
  );
}

/** A link with a code may be opened in a tab where this page is open already: begin anew with it. */
function reloadForCodes() {
  const look = () => {
    if (codeIn(location.hash)) location.reload();
  };
  window.addEventListener("hashchange", look);
  return () => window.removeEventListener("hashchange", look);
}
