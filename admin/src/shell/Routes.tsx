import { useEffect } from "react";
import { CoreAdminUI, CustomRoutes, Resource } from "react-admin";
import { Navigate, Route, useLocation } from "react-router-dom";
import { type Collection, useDescription } from "../server/description";
import { useSession } from "../server/session";
import { Layout } from "./Layout";
import { Missing, NoCollections } from "./Missing";
import { Splash } from "./Splash";
import { ADMIN_SCREENS, CollectionList, DocumentCreate, DocumentEdit, FIRST_RUN, OWN_SCREENS } from "./screens";

/** A route for each collection and screen that this user may see. */
export function Routes() {
  const { collections, isAdmin, label } = useDescription();
  const screens = [...(isAdmin ? ADMIN_SCREENS : []), ...OWN_SCREENS];
  const shown = collections.filter((one) => !one.virtual);
  if (useIsFirstRun()) return <Navigate to={FIRST_RUN} replace />;
  return (
    <CoreAdminUI
      layout={Layout}
      loading={Splash}
      catchAll={Missing}
      title={label}
      loginPage={false}
      authCallbackPage={false}
      dashboard={shown.length === 0 ? NoCollections : undefined}
      disableTelemetry
    >
      {shown.map(resourceOf)}
      <CustomRoutes>
        {screens.map(({ path, screen: Screen }) => (
          <Route key={path} path={`${path}/*`} element={<Screen />} />
        ))}
      </CustomRoutes>
    </CoreAdminUI>
  );
}

/** Whether a document may really be changed, its form says; a form also shows what may only be read. */
function resourceOf(collection: Collection) {
  const { name, label, title, can } = collection;
  return (
    <Resource
      key={name}
      name={name}
      options={{ label }}
      recordRepresentation={(record) => String(record[title] ?? record.id)}
      list={can.read ? CollectionList : undefined}
      edit={can.read ? DocumentEdit : undefined}
      create={can.create ? DocumentCreate : undefined}
      hasShow={false}
    />
  );
}

/** Who comes with a one-time code and has no password is led, once, to where they set one. */
function useIsFirstRun(): boolean {
  const session = useSession();
  const { user } = useDescription();
  const { pathname } = useLocation();
  const isThere = pathname === FIRST_RUN;
  useEffect(() => {
    if (isThere) session.byCode = false;
  }, [isThere, session]);
  return session.byCode && !user.hasPassword && !isThere;
}
