import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api } from "./api";
import { isProblem } from "./problem";
import { queryClientOf, Session } from "./session";

/** What the server says, by method and path; a number is an error with that status. */
let answers: Record<string, object | number>;
let asked: string[];

beforeEach(() => {
  answers = { "GET /": { label: "Newsroom", user: null } };
  asked = [];
  vi.stubGlobal("fetch", async (url: string, { method = "GET" }: RequestInit) => {
    const question = `${method} /${url.split("/").slice(3).join("/")}`;
    asked.push(question);
    const answer = answers[question];
    if (answer === undefined) throw new TypeError("failed to fetch");
    if (typeof answer !== "number") return new Response(JSON.stringify(answer));
    return new Response(JSON.stringify({ code: "unauthenticated", detail: "sign in" }), { status: answer });
  });
});

afterEach(() => vi.unstubAllGlobals());

const ann = { label: "Newsroom", user: { id: "ann" } };

async function signedIn(): Promise<Session> {
  const session = new Session();
  answers["GET /"] = ann;
  await session.ask();
  return session;
}

it("knows nobody where nobody is signed in, and the project's name", async () => {
  const session = new Session();
  await session.ask();
  expect([session.state, session.label, session.userId]).toEqual(["out", "Newsroom", null]);
});

it("asks once, however many want to know", async () => {
  const session = new Session();
  await Promise.all([session.ask(), session.ask(), session.ask()]);
  expect(asked).toEqual(["GET /"]);
});

it("says that a session has ended, and goes on with the same user", async () => {
  const session = await signedIn();
  const seen: string[] = [];
  session.watch(() => void seen.push(session.state));
  session.onOther = () => void seen.push("forget");
  answers["GET /"] = { label: "Newsroom", user: null };
  await session.ask();
  answers["POST /_auth/login"] = { user: { id: "ann" } };
  await session.signIn({ email: "ann@example.org", password: "correct horse" });
  expect(seen).toEqual(["ended", "in"]);
});

it("forgets everything of one user before there is another", async () => {
  const session = await signedIn();
  const seen: (string | null)[] = [];
  session.onOther = () => void seen.push(`forget ${session.userId}`);
  session.watch(() => void seen.push(session.userId));
  answers["GET /"] = { label: "Newsroom", user: { id: "ben" } };
  await session.ask();
  expect(seen).toEqual(["forget ann", "ben"]);
});

it("forgets everything when somebody signs out, and not where the server could not be told", async () => {
  const session = await signedIn();
  let forgotten = 0;
  session.onOther = () => {
    forgotten += 1;
  };
  await expect(session.signOut()).rejects.toSatisfy((error) => isProblem(error, 0));
  expect([session.state, forgotten]).toEqual(["in", 0]);
  answers["POST /_auth/logout"] = {};
  await session.signOut();
  expect([session.state, session.userId, forgotten]).toEqual(["out", null, 1]);
});

it("remembers that somebody came with a one-time code", async () => {
  const session = new Session();
  answers["POST /_auth/login"] = { user: { id: "ann" } };
  await session.signIn({ code: "hsc_1" });
  expect([session.state, session.byCode]).toEqual(["in", true]);
});

it("stays where it was while the server is away", async () => {
  const session = await signedIn();
  delete answers["GET /"];
  await expect(session.ask()).rejects.toSatisfy((error) => isProblem(error, 0));
  expect(session.state).toBe("in");
});

it("asks whether it has ended whenever something is answered with 401", async () => {
  const session = await signedIn();
  const client = queryClientOf(session);
  answers["GET /articles"] = 401;
  answers["GET /"] = { label: "Newsroom", user: null };
  const question = client.fetchQuery({ queryKey: ["articles"], queryFn: () => api.get("articles") });
  await expect(question).rejects.toSatisfy((error) => isProblem(error, 401));
  await vi.waitFor(() => expect(session.state).toBe("ended"));
});

it("does not take a wrong password for the end of the session", async () => {
  const session = await signedIn();
  const client = queryClientOf(session);
  answers["POST /_auth/password"] = 401;
  const change = client.getMutationCache().build(client, { mutationFn: () => api.post("_auth/password") });
  await expect(change.execute(undefined)).rejects.toSatisfy((error) => isProblem(error, 401));
  await session.ask();
  expect(session.state).toBe("in");
});
