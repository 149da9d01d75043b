import createCache from "@emotion/cache";
import { CacheProvider } from "@emotion/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { makeParts } from "./parts";
import { takeCode } from "./server/code";

// The server allows no <style> but with the nonce of this very answer.
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce;
const styles = createCache({ key: "hs", nonce });
const code = takeCode(location, history);
const parts = makeParts();
const root = document.getElementById("root");

if (root) {
  createRoot(root).render(
    <StrictMode>
      <CacheProvider value={styles}>
        <App parts={parts} code={code} />
      </CacheProvider>
    </StrictMode>,
  );
}
