import { expect, test } from "vitest";
import { actorsOf } from "./question";

test("whom one can ask about is named in the server's words, kind by kind", () => {
  const users = [
    { email: "ada@example.org", name: "Ada" },
    { email: "bob@example.org", name: "" },
  ];
  expect(actorsOf({ roles: ["admin"], users, tokens: [{ name: "importer" }] })).toEqual([
    { value: "public", label: "public", group: "everybody" },
    { value: "role:admin", label: "role:admin", group: "role" },
    { value: "ada@example.org", label: "Ada · ada@example.org", group: "user" },
    { value: "bob@example.org", label: "bob@example.org", group: "user" },
    { value: "token:importer", label: "token:importer", group: "token" },
  ]);
});
