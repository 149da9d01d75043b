import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** What the server puts a fresh nonce in for, in each answer. */
const NONCE = "__NONCE__";

/** Put a compressed file beside each that compresses well, so that the server has nothing to compress. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    async writeBundle({ dir = "" }) {
      const folder = join(dir, "_assets");
      const names = (await readdir(folder)).filter((name) => /\.(js|css|svg)$/.test(name));
      await Promise.all(names.map((name) => compress(join(folder, name))));
    },
  };
}

async function compress(path: string): Promise<void> {
  const small = await promisify(gzip)(await readFile(path), { level: constants.Z_BEST_COMPRESSION });
  await writeFile(`${path}.gz`, small);
}

export default defineConfig({
  base: "/admin/",
  plugins: [react(), compressed()],
  // Of each server its own, so that several can run at once.
  cacheDir: process.env.VITEST ? undefined : `node_modules/.vite/${process.pid}`,
  html: { cspNonce: NONCE },
  build: {
    outDir: "../runtime/web/admin",
    emptyOutDir: true,
    assetsDir: "_assets",
    manifest: "manifest.json",
    target: "es2023",
    chunkSizeWarningLimit: 1200,
    // An asset in the code itself would be a data: URL, which the Content-Security-Policy allows for pictures only.
    assetsInlineLimit: 0,
    // What every page needs is one file, rather than one for each set of screens that share some of it.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "main", tags: ["$initial"] }] } } },
  },
  server: {
    host: "127.0.0.1",
    strictPort: true,
    proxy: { "/api": { target: process.env.HOOKSTREAM ?? "http://127.0.0.1:8090" } },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
