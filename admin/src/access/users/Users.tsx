import { Route, Routes } from "react-router-dom";
import { Roles } from "../roles/Roles";
import { Sessions } from "../sessions/Sessions";
import { UserList } from "./UserList";
import { UserPage } from "./UserPage";

/** Who there is, what the roles may do, who has signed in. */
export function Users() {
  return (
    <Routes>
      <Route index element={<UserList />} />
      <Route path="roles" element={<Roles />} />
      <Route path="sessions" element={<Sessions />} />
      <Route path=":id" element={<UserPage />} />
    </Routes>
  );
}
