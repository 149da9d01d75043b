import CssBaseline from "@mui/material/CssBaseline";
import { useState } from "react";
import { AdminContext, Notification } from "react-admin";
import { createBrowserRouter, RouterProvider } from "react-router-dom";
import type { Parts } from "./parts";
import { dataProvider } from "./server/data";
import { PLACE } from "./server/place";
import { SessionContext } from "./server/session";
import { Boundary } from "./shell/Boundary";
import { Gate } from "./shell/Gate";
import { Project } from "./shell/Project";
import { darkTheme, lightTheme } from "./shell/theme";

interface AppProps {
  parts: Parts;
  /** The one-time code that the page was opened with. */
  code: string | null;
}

/** Everything, for one project: what is asked of the server, who is signed in, how it looks, what is shown. */
export function App({ parts, code }: AppProps) {
  const [router] = useState(() =>
    createBrowserRouter([{ path: "*", element: <Inside parts={parts} code={code} /> }], options()),
  );
  return <RouterProvider router={router} />;
}

function Inside({ parts, code }: AppProps) {
  return (
    <SessionContext value={parts.session}>
      <AdminContext {...parts.context} lightTheme={lightTheme} darkTheme={darkTheme} dataProvider={dataProvider}>
        <CssBaseline enableColorScheme />
        <Boundary>
          <Gate code={code}>
            <Project />
          </Gate>
        </Boundary>
        <Notification />
      </AdminContext>
    </SessionContext>
  );
}

function options() {
  return { basename: PLACE.basename };
}
