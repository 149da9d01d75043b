import { expect, it } from "vitest";
import { quoted, sending, watching } from "./curl";

it("quotes a text for a shell", () => {
  expect(quoted("it's $HOME")).toBe("'it'\\''s $HOME'");
});

it("names the address and leaves the token to whoever runs it", () => {
  expect(watching("http://x/api/n/_channels/user%3A1/messages?lastN=5")).toBe(
    "curl -N -H 'Authorization: Bearer TOKEN' 'http://x/api/n/_channels/user%3A1/messages?lastN=5'",
  );
  expect(sending("http://x/api/n/_channels/a", { type: "chat", text: "don't" })).toBe(
    "curl -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' " +
      `-d '{"type":"chat","text":"don'\\''t"}' 'http://x/api/n/_channels/a'`,
  );
});
